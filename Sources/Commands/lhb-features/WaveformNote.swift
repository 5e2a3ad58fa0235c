import LHRuntime
import LHSupernet

/// That a model does not say whether the waveform is normalised, which the results depend on; nil where it does.
func waveformNote(on model: Model) -> String? {
  guard let config = model.config, config.normalize == nil else { return nil }
  return """
    \(model.path): does not say whether the waveform is normalised; taken as \
    \(config.normalizesWaveform ? "on" : "off") because of its feature extractor (--normalize says otherwise)
    """
}
