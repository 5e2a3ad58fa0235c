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

  /// What it computes.
  package var shape: EncoderShape { EncoderShape(config: config, architecture: architecture) }

  /// Dimensions, architecture, configuration, counts and provenance.
  package var json: JSONObject {
    let shape = shape
    return [
      "sample_rate": .integer(EncoderShape.sampleRate),
      "minimum_samples": .integer(shape.convolutions.minimumSampleCount),
      "layer_count": .integer(shape.layers.count),
      "hidden_size": .integer(shape.width),
      "architecture": architecture.json,
      "published_name": architecture.publishedName.map(JSONValue.string) ?? .null,
      "search_spaces": .array(SearchSpace.spaces(containing: architecture).map { .string($0.name) }),
      "config": config.json,
      "normalizes_waveform": .bool(shape.normalizesWaveform),
      "parameters": .integer(ParameterCount(config: config, architecture: architecture).total),
      "macs_per_second": .integer(MultiplyAccumulates.perSecond(shape)),
      "provenance": provenance?.json ?? .null,
    ]
  }
}
