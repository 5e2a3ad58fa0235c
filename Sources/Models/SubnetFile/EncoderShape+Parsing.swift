import LHConfiguration
import LHJSON
import LHModel

extension EncoderShape {
  /// The shape that `json` wrote.
  ///
  /// - Throws: `Violations` with every field that is missing, unknown or out of range, or what contradicts itself.
  init(json: JSONValue) throws(Violations) {
    var fields = FieldReader(try Violations.object(json, "shape"), .strict, prefix: "shape.")
    self.init(
      normalizesWaveform: fields.bool("normalizes_waveform", default: false),
      waveformEpsilon: fields.read("waveform_epsilon", default: 0, expected: "a number above 0") { value, _ in
        value.number.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
      },
      convolutions: try EncoderShape.convolutions(&fields),
      scalesChannels: fields.bool("scales_channels", default: false),
      normalizesFeatures: fields.bool("normalizes_features", default: true),
      projectsFeatures: fields.bool("projects_features", default: true),
      width: fields.integer("width", default: 1, in: Limits.width), position: try PositionShape(&fields),
      normPlacement: fields.bool("norms_first", default: false) ? .before : .after,
      layers: try fields.list("layers", count: Limits.layers) { value, name throws(Violations) in
        try LayerShape(value, name)
      },
      attentionBias: try AttentionBias(&fields), activation: fields.name("activation", default: .gelu),
      sequenceMultiple: fields.integer("sequence_multiple", default: 1, in: Limits.window),
      finalProjection: fields.optional("final_projection", in: Limits.width))
    try fields.finish()
    let contradictions = contradictions
    if !contradictions.isEmpty {
      throw Violations(
        contradictions.map { Violation(field: "shape", value: "contradictory", allowed: "not that \($0)") })
    }
    guard max(convolutions.minimumSampleCount, convolutions.hop) <= Limits.frameSamples else {
      throw Violations([
        Violation(
          field: "shape.convolutions", value: "a stack that needs more than \(Limits.frameSamples) samples a frame",
          allowed: "smaller kernels and strides")
      ])
    }
  }

  private static func convolutions(_ fields: inout FieldReader) throws(Violations) -> [ConvolutionShape] {
    var channels = 1
    return try fields.list("convolutions", count: 1...ConvLayersParser.layerLimit) { value, name throws(Violations) in
      var fields = FieldReader(try Violations.object(value, name), .strict, prefix: name + ".")
      let convolution = ConvolutionShape(
        inputChannels: channels, channels: fields.integer("channels", default: 1, in: Limits.width),
        kernel: fields.integer("kernel", default: 1, in: Limits.kernel),
        stride: fields.integer("stride", default: 1, in: Limits.kernel),
        hasBias: fields.bool("bias", default: false),
        norm: fields.read("norm", default: nil, expected: "\"layer\", \"group\" or null") { value, _ in
          value == .null
            ? .some(nil) : [ConvolutionNorm.layer, .group].first { value.string == $0.name }.map { .some($0) }
        })
      try fields.finish()
      channels = convolution.channels
      return convolution
    }
  }
}

extension PositionShape {
  /// The member "position" of a shape; nil for null.
  fileprivate init?(_ fields: inout FieldReader) throws(Violations) {
    guard let value = fields.value("position"), value != .null else { return nil }
    let prefix = "shape.position"
    var fields = FieldReader(try Violations.object(value, prefix), .strict, prefix: prefix + ".")
    let kinds = Kind.all.map { "\"\($0.name)\"" }.joined(separator: ", ")
    let kind = fields.read("kind", default: Kind.weightNormed, expected: "one of \(kinds)") { value, _ in
      Kind.all.first { $0.name == value.string }
    }
    let groups = fields.integer("groups", default: 1, in: Limits.width)
    let layers = try fields.list("layers", count: Limits.positionDepth) { value, name throws(Violations) in
      let sizes = value.array?.compactMap(\.integer) ?? []
      guard value.array?.count == 3, sizes.count == 3, sizes[..<2].allSatisfy(Limits.width.contains),
        Limits.kernel.contains(sizes[2])
      else {
        throw Violations([
          Violation(field: name, value: shown(value), allowed: "[input channels, output channels, taps]")
        ])
      }
      return Layer(inputChannels: sizes[0], outputChannels: sizes[1], kernel: sizes[2])
    }
    try fields.finish()
    self.init(kind: kind, groups: groups, layers: layers)
  }
}

extension AttentionBias {
  /// The member "attention_bias" of a shape.
  fileprivate init(_ fields: inout FieldReader) throws(Violations) {
    guard let value = fields.value("attention_bias"), value != .null else {
      self = .none
      return
    }
    let prefix = "shape.attention_bias"
    var fields = FieldReader(try Violations.object(value, prefix), .strict, prefix: prefix + ".")
    let bias = GatedRelativeBias(
      buckets: fields.integer("buckets", default: 4, in: Limits.width),
      maxDistance: fields.integer("max_distance", default: 2, in: Limits.window),
      heads: fields.integer("heads", default: 1, in: Limits.heads))
    try fields.finish()
    self = .gatedRelative(bias)
  }
}

extension LayerShape {
  fileprivate init(_ value: JSONValue, _ name: String) throws(Violations) {
    var fields = FieldReader(try Violations.object(value, name), .strict, prefix: name + ".")
    var attention: AttentionShape?
    if let value = fields.value("attention"), value != .null {
      attention = try AttentionShape(value, name + ".attention")
    }
    self.init(
      attention: attention, feedForwardWidth: fields.optional("ffn", in: Limits.width),
      adapterWidth: fields.optional("adapter", in: Limits.width))
    try fields.finish()
  }
}

extension AttentionShape {
  fileprivate init(_ value: JSONValue, _ name: String) throws(Violations) {
    var fields = FieldReader(try Violations.object(value, name), .strict, prefix: name + ".")
    let window = fields.optional("window", in: Limits.window)
    self.init(
      heads: fields.integer("heads", default: 1, in: Limits.heads),
      headSize: fields.integer("head_size", default: 1, in: Limits.width),
      window: window.map { .sliding(size: $0) } ?? .global,
      biasHeads: fields.read("bias_heads", default: nil, expected: "a list of heads, or null") { value, _ in
        if value == .null { return .some(nil) }
        guard let list = value.array, list.count <= Limits.heads.upperBound else { return nil }
        let heads = list.compactMap(\.integer)
        return heads.count == list.count ? .some(heads) : nil
      })
    try fields.finish()
  }
}

extension FieldReader {
  /// A whole number in a range, or null.
  fileprivate mutating func optional(_ field: String, in range: ClosedRange<Int>) -> Int? {
    read(field, default: nil, expected: "\(range.lowerBound)...\(range.upperBound) or null") { value, _ in
      value == .null ? .some(nil) : value.integer.flatMap { range.contains($0) ? .some($0) : nil }
    }
  }

  /// A list, each element of it read by `body`, which gets its name for messages.
  fileprivate mutating func list<Element>(
    _ field: String, count: ClosedRange<Int>,
    _ body: (_ value: JSONValue, _ name: String) throws(Violations) -> Element
  ) throws(Violations) -> [Element] {
    let name = fullName(of: field)
    guard let value = value(field) else {
      throw Violations([Violation(field: name, value: "missing", allowed: "a list")])
    }
    guard let list = value.array, count.contains(list.count) else {
      throw Violations([
        Violation(
          field: name, value: shown(value), allowed: "a list of \(count.lowerBound) to \(count.upperBound) elements")
      ])
    }
    var elements: [Element] = []
    for (index, value) in list.enumerated() { elements.append(try body(value, "\(name)[\(index)]")) }
    return elements
  }

  /// Refuses what was not asked for, and throws what was wrong.
  fileprivate mutating func finish() throws(Violations) {
    refuseUnread(expected: "the fields of version 3 only")
    if !violations.isEmpty { throw Violations(violations) }
  }
}

/// Fields that break rules.
struct Violations: Error {
  let list: [Violation]

  init(_ list: [Violation]) { self.list = list }

  /// A value as an object.
  static func object(_ value: JSONValue, _ name: String) throws(Violations) -> JSONObject {
    guard let object = value.object else {
      throw Violations([Violation(field: name, value: shown(value), allowed: "an object")])
    }
    return object
  }
}
