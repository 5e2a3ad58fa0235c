import LHAudio
import LHAudioArguments
import LHCommandSupport
import LHImport
import LHQuantization
import LHSupernet
import LHUtterances
import LightHuBERT

extension ExtractCommand {
  /// Statistics of a model's activations on the recordings of `--calibrate`; nil when there are none.
  ///
  /// - Parameter prepare: Makes the model ready to run.
  func statistics(_ prepare: () throws -> Calibration) throws -> ActivationStatistics? {
    guard !calibrate.isEmpty else { return nil }
    let calibration = try prepare()
    let progress = ProgressLine("calibrating", isQuiet: quiet)
    for (index, path) in calibrate.enumerated() {
      let utterance = try Utterance(.sound(.file(path: path)), audioOptions.recordingOptions())
      if !quiet { utterance.notes.forEach { StandardError.line("lhb-extract: note: \($0)") } }
      do throws(ModelFault) {
        try calibration.add(utterance.samples) { done in
          progress.update((Double(index) + done) / Double(calibrate.count))
          return true
        }
      } catch {
        throw LocatedFault(path: path, error)
      }
    }
    progress.finish()
    return calibration.statistics
  }
}
