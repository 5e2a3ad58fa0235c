package import LHJSON

extension FieldReader {
  /// The convolutions of the feature extractor as the published code's string, or as lists of three numbers. What is
  /// neither, and sizes that no model has, are remembered under the field's name; then the layers are not to be used.
  ///
  /// - Throws: `ConvLayersFault` when it is a string that is no list of layers.
  package mutating func convLayers(_ value: JSONValue, _ field: String) throws(ConvLayersFault) -> [ConvLayer] {
    let layers: [ConvLayer]
    if let text = value.string {
      layers = try ConvLayersParser.layers(text)
    } else {
      let lists = value.array?.map { $0.array?.compactMap(\.integer) ?? [] } ?? []
      guard (1...ConvLayersParser.layerLimit).contains(lists.count), lists.allSatisfy({ $0.count == 3 }) else {
        refuse(field, value, expected: "1...\(ConvLayersParser.layerLimit) lists of [channels, kernel, stride]")
        return ConvLayer.published
      }
      layers = lists.map { ConvLayer(channels: $0[0], kernel: $0[1], stride: $0[2]) }
    }
    for (index, layer) in layers.enumerated() {
      let sizes = [
        ("channels", layer.channels, Limits.width), ("kernel", layer.kernel, Limits.kernel),
        ("stride", layer.stride, Limits.kernel),
      ]
      for (name, size, range) in sizes where !range.contains(size) {
        refuse(
          field, layer: index, .string("\(name) \(size)"),
          expected: "\(name) in \(range.lowerBound)...\(range.upperBound)")
      }
    }
    return layers
  }
}
