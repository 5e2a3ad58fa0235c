package import LHJSON
public import LHModel
public import LHSupernet

/// What a model is, beside its weights, as plain data for files, programs and bindings.
public enum ModelDescription: Sendable, Hashable {
  /// A subnet of a LightHuBERT supernet. The architecture fits the configuration.
  case subnet(config: ModelConfig, architecture: Architecture)
  /// A model that was taken whole.
  case whole(WholeModel)

  /// What the model computes.
  public var shape: EncoderShape {
    switch self {
    case .subnet(let config, let architecture): EncoderShape(config: config, architecture: architecture)
    case .whole(let model): model.shape
    }
  }

  /// Its family.
  public var family: ModelFamily {
    switch self {
    case .subnet: .lightHuBERT
    case .whole(let model): model.family
    }
  }

  /// The configuration of the supernet that it was cut out of; nil for any other model.
  public var config: ModelConfig? { if case .subnet(let config, _) = self { config } else { nil } }

  /// Which subnet it is; nil for a model that was not cut out of a supernet.
  public var architecture: Architecture? { if case .subnet(_, let architecture) = self { architecture } else { nil } }

  /// Numbers of `mask_emb`, which the published counts of LightHuBERT's parameters have in them.
  package var maskEmbedding: Int { config?.encoderEmbedDim ?? 0 }
}

/// A model that was taken whole from the files of another program.
public struct WholeModel: Sendable, Hashable {
  /// Its family.
  public var family: ModelFamily
  /// What kind of file it came in, for example "fairseq checkpoint".
  public var container: String
  /// What it computes.
  public var shape: EncoderShape

  /// A model.
  public init(family: ModelFamily, container: String, shape: EncoderShape) {
    self.family = family
    self.container = container
    self.shape = shape
  }
}

extension EncoderShape {
  /// Dimensions and counts; what belongs to a description is null where there is none, and architecture and
  /// configuration are null for what is no subnet.
  package func description(of model: ModelDescription?, _ provenance: Provenance?) -> JSONObject {
    let architecture = model?.architecture
    let count = ParameterCount(self, maskEmbedding: model?.maskEmbedding ?? 0)
    return [
      "sample_rate": .integer(EncoderShape.sampleRate),
      "minimum_samples": .integer(convolutions.minimumSampleCount),
      "layer_count": .integer(layers.count),
      "hidden_size": .integer(width),
      "family": (model?.family.rawValue).map(JSONValue.string) ?? .null,
      "architecture": architecture?.json ?? .null,
      "published_name": architecture?.publishedName.map(JSONValue.string) ?? .null,
      "search_spaces": .array(
        architecture.map { SearchSpace.spaces(containing: $0).map { .string($0.name) } } ?? []),
      "config": model?.config?.json ?? .null,
      "shape": json,
      "normalizes_waveform": .bool(normalizesWaveform),
      "waveform_epsilon": .number(waveformEpsilon),
      "projection_size": finalProjection.map(JSONValue.integer) ?? .null,
      "parameters": .integer(count.total),
      "macs_per_second": .integer(MultiplyAccumulates.perSecond(self)),
      "provenance": provenance?.json ?? .null,
    ]
  }
}
