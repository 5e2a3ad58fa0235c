package import LHJSON
package import LHSupernet

/// What a subnet is, as plain data for programs and bindings.
package struct SubnetDescription: Sendable {
  private let config: ModelConfig
  private let architecture: Architecture
  private let provenance: Provenance?

  /// - Parameter provenance: Where the subnet comes from; nil when nothing says so.
  package init(config: ModelConfig, architecture: Architecture, provenance: Provenance?) {
    self.config = config
    self.architecture = architecture
    self.provenance = provenance
  }

  /// Dimensions, architecture, configuration, counts and provenance.
  package var json: JSONObject {
    [
      "sample_rate": .integer(ModelConfig.sampleRate),
      "minimum_samples": .integer(config.minimumSampleCount),
      "layer_count": .integer(architecture.layerCount),
      "hidden_size": .integer(architecture.embedDim),
      "architecture": architecture.json,
      "published_name": architecture.publishedName.map(JSONValue.string) ?? .null,
      "search_spaces": .array(SearchSpace.spaces(containing: architecture).map { .string($0.name) }),
      "config": config.json,
      "normalizes_waveform": .bool(config.normalizesWaveform),
      "parameters": .integer(ParameterCount(config: config, architecture: architecture).total),
      "macs_per_second": .integer(MultiplyAccumulates.perSecond(config: config, architecture: architecture)),
      "provenance": provenance?.json ?? .null,
    ]
  }
}
