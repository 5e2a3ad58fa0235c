package import LHJSON
package import LHModel

extension EncoderShape {
  /// The shape as a file of version 3 has it.
  package var json: JSONValue {
    .object([
      "normalizes_waveform": .bool(normalizesWaveform),
      "waveform_epsilon": .number(waveformEpsilon),
      "convolutions": .array(convolutions.map(\.json)),
      "scales_channels": .bool(scalesChannels),
      "normalizes_features": .bool(normalizesFeatures),
      "projects_features": .bool(projectsFeatures),
      "width": .integer(width),
      "position": position?.json ?? .null,
      "norms_first": .bool(normPlacement == .before),
      "attention_bias": attentionBias.json,
      "activation": .string(activation.rawValue),
      "layers": .array(layers.map(\.json)),
      "sequence_multiple": .integer(sequenceMultiple),
      "final_projection": .optional(finalProjection),
    ])
  }
}

extension ConvolutionShape {
  fileprivate var json: JSONValue {
    .object([
      "channels": .integer(channels),
      "kernel": .integer(kernel),
      "stride": .integer(stride),
      "bias": .bool(hasBias),
      "norm": norm.map { .string($0.name) } ?? .null,
    ])
  }
}

extension ConvolutionNorm {
  /// "layer" or "group".
  var name: String {
    switch self {
    case .layer: "layer"
    case .group: "group"
    }
  }
}

extension PositionShape {
  fileprivate var json: JSONValue {
    .object([
      "kind": .string(kind.name),
      "groups": .integer(groups),
      "layers": .array(
        layers.map { .array([.integer($0.inputChannels), .integer($0.outputChannels), .integer($0.kernel)]) }),
    ])
  }
}

extension PositionShape.Kind {
  static let all: [PositionShape.Kind] = [.weightNormed, .layered, .batchNormed]

  var name: String {
    switch self {
    case .weightNormed: "single"
    case .layered: "layered"
    case .batchNormed: "batch-normed"
    }
  }
}

extension AttentionBias {
  fileprivate var json: JSONValue {
    switch self {
    case .none: .null
    case .gatedRelative(let bias):
      .object([
        "buckets": .integer(bias.buckets),
        "max_distance": .integer(bias.maxDistance),
        "heads": .integer(bias.heads),
      ])
    }
  }
}

extension LayerShape {
  fileprivate var json: JSONValue {
    .object([
      "attention": attention?.json ?? .null,
      "ffn": .optional(feedForwardWidth),
      "adapter": .optional(adapterWidth),
    ])
  }
}

extension AttentionShape {
  fileprivate var json: JSONValue {
    var size: Int?
    if case .sliding(let window) = window { size = window }
    return .object([
      "heads": .integer(heads),
      "head_size": .integer(headSize),
      "window": .optional(size),
      "bias_heads": biasHeads.map { .array($0.map(JSONValue.integer)) } ?? .null,
    ])
  }
}

extension JSONValue {
  /// A whole number, or null.
  fileprivate static func optional(_ number: Int?) -> JSONValue { number.map(JSONValue.integer) ?? .null }
}
