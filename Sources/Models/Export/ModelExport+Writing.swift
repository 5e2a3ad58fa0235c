import LHJSON
import LHModel
import LHONNX
import LHSafetensors
import LHSubnetFile
import LHSystem
import LHTensorNames
import LHTensors

extension ModelExport {
  /// A Hugging Face folder.
  func writeFolder(to path: String, _ options: ExportOptions, _ steps: ExportProgress) throws -> ExportSummary {
    let form = try HuggingFaceForm(shape, model.family, pads: options.pads, path: self.path)
    let names = ["config.json", "model.safetensors", "preprocessor_config.json"]
    if options.replacing { try checkIsExport(path, weights: names[1]) }
    let folder = try AtomicFolder(path: path, names: names, replacing: options.replacing)
    var size = 0
    for (name, json) in [(names[0], form.configuration), (names[2], form.preprocessor)] {
      let file = try folder.file(name)
      try file.write(Array((json.text(pretty: true) + "\n").utf8))
      size += file.byteCount
    }
    let file = try folder.file(names[1])
    try write(
      form.tensors, metadata: [("format", "pt"), ModelExport.folderMark], .float32, to: file, steps)
    size += file.byteCount
    try folder.commit()
    let base = path.hasSuffix("/") ? path : path + "/"
    return ExportSummary(
      files: names.map { base + $0 }, byteCount: size, about: "\(form.kind.name) of transformers",
      notes: notes + form.notes)
  }

  /// What the metadata of an exported folder's weights has besides, by which it is known as one that may be replaced.
  private static let folderMark = (name: "exporter", text: "lhb-export")

  /// Makes sure that a folder with weights was exported: one that was downloaded has files of the same names.
  private func checkIsExport(_ folder: String, weights name: String) throws {
    let weights = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    guard isThere(weights) else { return }
    let mark = ModelExport.folderMark
    guard let file = try? SafetensorsFile(path: weights), file.metadata[mark.name] == mark.text else {
      throw ExportFault.wouldReplaceModel(path: weights)
    }
  }

  /// A safetensors file with the names of a `.lhb` file.
  func writeTensors(to path: String, _ options: ExportOptions, _ steps: ExportProgress) throws -> ExportSummary {
    let names = FairseqNames(shape)
    let tensors = EncoderLayout(shape).tensors.map {
      ExportTensor(names.name(of: $0.role), $0.shape, $0.role)
    }
    let metadata =
      [("format", "pt"), (ModelExport.formKey, ModelExport.formVersion)] + model.texts
      + [("provenance", weights.reader.provenance.json.text())]
    let file = try AtomicFile(path: path, replacing: options.replacing)
    try write(tensors, metadata: metadata, options.elementType, to: file, steps)
    try file.commit()
    return ExportSummary(
      files: [path], byteCount: file.byteCount,
      about: "\(tensors.count) tensors in \(options.elementType.rawValue), which lhb-extract reads", notes: notes)
  }

  /// The key of the metadata that says which form it is, and its version.
  static let formKey = ModelDescription.textsKey
  static let formVersion = ModelDescription.textsVersion

  private func write(
    _ tensors: [ExportTensor], metadata: [(name: String, text: String)], _ type: ElementType, to file: AtomicFile,
    _ steps: ExportProgress
  ) throws {
    let writer = SafetensorsFileWriter(
      tensors.map {
        SafetensorsFileWriter.Tensor(name: $0.name, element: $0.isCounter ? .int64 : .weight(type), shape: $0.shape)
      },
      metadata: metadata)
    try writer.write(to: file) { index in
      let tensor = tensors[index]
      let values = try tensor.values(weights)
      try steps.add(values.count)
      guard !tensor.isCounter else {
        return values.flatMap { value in
          (0..<8).map { UInt8(truncatingIfNeeded: Int(value) >> (8 * $0)) }
        }
      }
      return try encode(values, of: tensor.name, type)
    }
  }

  private func encode(_ values: [Float], of name: String, _ type: ElementType) throws(ExportFault) -> [UInt8] {
    var error = 0.0
    let bytes = [UInt8](unsafeUninitializedCapacity: values.count * type.byteCount) { target, count in
      guard let start = UnsafeMutableRawBufferPointer(target).baseAddress else { return }
      error = values.withUnsafeBufferPointer { values in
        values.baseAddress.map { type.encode($0, count: values.count, into: start) } ?? 0
      }
      count = values.count * type.byteCount
    }
    guard error.isFinite || values.contains(where: { !$0.isFinite }) else {
      throw .outOfRange(path: path, tensor: name, element: type.rawValue)
    }
    return bytes
  }

  /// An ONNX graph.
  func writeGraph(to path: String, _ options: ExportOptions, _ steps: ExportProgress) throws -> ExportSummary {
    if let layer = options.projectedLayer {
      guard shape.finalProjection != nil else { throw ExportFault.noProjection(path: self.path) }
      guard (1...shape.layers.count).contains(layer) else {
        throw ExportFault.noSuchLayer(path: self.path, layer: layer, count: shape.layers.count)
      }
    }
    let builder = EncoderGraph(
      shape, hiddenStates: options.hiddenStates, projectedLayer: options.projectedLayer
    ).builder
    let onnx = ONNXModel(
      builder.graph, producer: options.tool,
      metadata: model.texts + [("provenance", weights.reader.provenance.json.text())])
    let file = try AtomicFile(path: path, replacing: options.replacing)
    let isExternal = options.externalData || onnx.needsExternalData
    let dataPath = path + ".data"
    guard !isExternal || !isSameFile(dataPath, self.path) else { throw ExportFault.outputIsModel(path: dataPath) }
    let data = isExternal ? try AtomicFile(path: dataPath, replacing: options.replacing) : nil
    try onnx.write(
      to: file, external: data.map { ($0, String(dataPath.split(separator: "/").last ?? "")) }
    ) { name in
      guard let recipe = builder.recipes[name] else { preconditionFailure("every weight has a recipe") }
      let values = try recipe(weights)
      try steps.add(values.count)
      return values
    }
    // The graph names the data: it comes last.
    try data?.commit()
    try file.commit()
    let outputs = builder.graph.outputs.map(\.name)
    let shown = outputs.count > 4 ? outputs.prefix(2) + ["...", outputs[outputs.count - 1]] : outputs[...]
    return ExportSummary(
      files: [path] + (isExternal ? [dataPath] : []), byteCount: file.byteCount + (data?.byteCount ?? 0),
      about: "input wav [1, samples], outputs " + shown.joined(separator: ", "), notes: notes + graphNotes(isExternal))
  }

  private func graphNotes(_ isExternal: Bool) -> [String] {
    isExternal ? ["the weights lie in a second file, which must stay beside the first under its name"] : []
  }
}
