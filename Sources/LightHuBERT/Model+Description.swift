import JSON
import Subnet
import SubnetFile

extension Model {
  /// Parameters as the published code counts them: those that are stored, and the mask embedding that only training uses.
  public var parameterCount: Int { ParameterCount(config: config, architecture: architecture).total }

  /// What the model is, as one JSON object on one line.
  ///
  /// Members: `sample_rate` (Hz), `minimum_samples`, `layer_count`, `hidden_size`, `architecture` (the published form),
  /// `published_name`, `search_spaces`, `config`, `normalizes_waveform`, `parameters`, `macs_per_second` (of an utterance of
  /// ten seconds) and `provenance`. Members may be added in later versions.
  public var descriptionJSON: String {
    let description = SubnetDescription(config: config, architecture: architecture, provenance: provenance)
    return JSONValue.object(description.json).text()
  }
}
