import LHAudio
import LHAudioArguments
import LHCommandSupport
import LHImport
import LHQuantization
import LHSupernet
import LightHuBERT

extension ExtractCommand {
  /// Statistics of a subnet's activations on the recordings of `--calibrate`; nil when there are none.
  func statistics(of architecture: Architecture, in supernet: Supernet) throws -> ActivationStatistics? {
    guard !calibrate.isEmpty else { return nil }
    let calibration = try Calibration(of: architecture, in: supernet)
    let progress = ProgressLine("calibrating", isQuiet: quiet)
    for (index, path) in calibrate.enumerated() {
      let recording = try audioOptions.recording(of: .file(path: path))
      if !quiet { recording.notes(name: path).forEach { StandardError.line("lhb-extract: note: \($0)") } }
      do throws(ModelFault) {
        try calibration.add(recording.samples) { done in
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
