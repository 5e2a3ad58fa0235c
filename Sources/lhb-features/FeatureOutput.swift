import CommandSupport
import Files
import Glibc
import LightHuBERT
import NumPyFile

/// Where features go: standard output, or a file that appears when it is whole.
struct FeatureOutput {
  private let destination: NumPyDestination

  /// Opens the output, so that one which cannot be written is found before the work is done; nil and "-" are standard
  /// output.
  init(path: String?, replacing: Bool) throws {
    if let path, path != "-" {
      destination = .file(try AtomicFile(path: path, replacing: replacing))
    } else {
      guard isatty(STDOUT_FILENO) == 0 else {
        throw UsageFault(
          "standard output is a terminal, and features are binary: redirect it (> feats.npy) or use --output feats.npy")
      }
      destination = .descriptor(STDOUT_FILENO, name: "standard output")
    }
  }

  /// Writes all features: (n, T, E) as a list, else (T, E).
  func write(_ features: Features, asList: Bool) throws(FileFault) {
    let matrix = [features.frameCount, features.embedDim]
    var writer = try NumPyWriter(shape: asList ? [features.layers.count] + matrix : matrix, to: destination)
    try writer.write(features.values)
    if case .file(let file) = destination { try file.commit() }
  }
}
