package import LHJSON
package import LHModel
package import LHSupernet

/// What a subnet is, as plain data for programs and bindings.
package struct SubnetDescription: Sendable {
  /// What the supernet was.
  package let config: ModelConfig
  /// The subnet; it fits `config`.
  package let architecture: Architecture
  /// Where the subnet comes from; nil when nothing says so.
  package let provenance: Provenance?

  /// A description of a subnet.
  package init(config: ModelConfig, architecture: Architecture, provenance: Provenance? = nil) {
    self.config = config
    self.architecture = architecture
    self.provenance = provenance
  }

  /// Dimensions, architecture, configuration, counts and provenance.
  package var json: JSONObject {
    EncoderShape(config: config, architecture: architecture).description(of: self)
  }
}

extension EncoderShape {
  /// Dimensions and counts; architecture, configuration and provenance are null when it is no subnet's.
  package func description(of subnet: SubnetDescription?) -> JSONObject {
    let architecture = subnet?.architecture
    let count = ParameterCount(self, maskEmbedding: subnet?.config.encoderEmbedDim ?? 0)
    return [
      "sample_rate": .integer(EncoderShape.sampleRate),
      "minimum_samples": .integer(convolutions.minimumSampleCount),
      "layer_count": .integer(layers.count),
      "hidden_size": .integer(width),
      "architecture": architecture?.json ?? .null,
      "published_name": architecture?.publishedName.map(JSONValue.string) ?? .null,
      "search_spaces": .array(
        architecture.map { SearchSpace.spaces(containing: $0).map { .string($0.name) } } ?? []),
      "config": subnet?.config.json ?? .null,
      "normalizes_waveform": .bool(normalizesWaveform),
      "parameters": .integer(count.total),
      "macs_per_second": .integer(MultiplyAccumulates.perSecond(self)),
      "provenance": subnet?.provenance?.json ?? .null,
    ]
  }
}
