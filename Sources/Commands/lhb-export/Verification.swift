import LHCommandSupport
import LHExport
import LHImport
import LHModel
import LightHuBERT

/// Reads what was exported back by the readers of foreign files, runs it, and compares it with the model.
enum Verification {
  /// Lines that say how far the hidden states are apart.
  ///
  /// - Parameters:
  ///   - path: Where the export is.
  ///   - samples: An utterance at 16 kHz.
  static func run(
    _ export: ModelExport, as form: ExportForm, at path: String, samples: [Float], isQuiet: Bool
  ) throws -> [String] {
    if form == .onnx {
      return ["an ONNX graph is not run by lhb-export; run it with ONNX Runtime, as `make check-exports` does"]
    }
    let shape = export.shape
    let progress = ProgressLine("verifying", isQuiet: isQuiet)
    // One model is in memory at a time.
    let expected = try States(samples) { try Model(contentsOf: export.path, options: options) }
    progress.update(0.3)
    var lines: [String] = []
    let own = ReadingChoices(
      normalizesWaveform: shape.normalizesWaveform, waveformEpsilon: shape.waveformEpsilon)
    let found = try States(samples) {
      try Model(
        of: PretrainedModel(contentsOf: path, form == .huggingFace ? own : ReadingChoices()), options: options)
    }
    progress.update(0.7)
    lines.append(found.text(comparedWith: expected, "read back"))
    if form == .huggingFace, shape.normalizesWaveform {
      let theirs = try PretrainedModel(contentsOf: path)
      if theirs.shape.waveformEpsilon != shape.waveformEpsilon {
        let other = try States(samples) { try Model(of: theirs, options: options) }
        lines.append(
          other.text(
            comparedWith: expected,
            "with the waveform normalised as transformers does, eps \(theirs.shape.waveformEpsilon)"))
      }
    }
    progress.finish()
    return lines
  }

  private static var options: RuntimeOptions {
    var options = RuntimeOptions()
    options.precision = .f32
    return options
  }
}

/// All hidden states of an utterance, and the last representation.
private struct States {
  let values: [Float]

  init(_ samples: [Float], _ model: () throws -> Model) throws {
    let session = Session(try model())
    let all = try session.features(of: samples, FeatureSelection(layers: .all))
    values = all.values + (try session.features(of: samples, FeatureSelection(layers: .last))).values
  }

  func text(comparedWith expected: States, _ what: String) -> String {
    var (largest, peak) = (Float(0), Float(0))
    for (found, expected) in zip(values, expected.values) {
      let difference = abs(found - expected)
      // A difference that is not a number counts as the largest, and stays it.
      if difference > largest || difference.isNaN { largest = difference }
      peak = max(peak, abs(expected))
    }
    return "\(what): largest difference of all hidden states \(largest), where the largest value is \(peak)"
  }
}
