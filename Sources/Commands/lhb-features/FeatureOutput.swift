import Glibc
import LHCommandSupport
import LHFeatureFiles
import LHSystem

/// Where features go: standard output, a pipe or device, or a file that appears when it is whole.
struct FeatureOutput {
  private let destination: NumPyDestination
  /// What keeps the descriptor of a pipe or device open.
  private let stream: StreamTarget?

  /// Opens the output, so that one which cannot be written is found before the work is done; nil and "-" are standard
  /// output. Only a file can be replaced, and only one is refused because it is there.
  init(path: String?, replacing: Bool) throws {
    stream = try path.flatMap { path throws(FileFault) in path == "-" ? nil : try StreamTarget(path: path) }
    if let stream {
      destination = .descriptor(stream.descriptor, name: stream.path)
    } else if let path, path != "-" {
      destination = .file(try AtomicFile(path: path, replacing: replacing))
    } else {
      guard isatty(STDOUT_FILENO) == 0 else {
        throw UsageFault(
          "standard output is a terminal, and features are binary: redirect it (> feats.npy) or use --output feats.npy")
      }
      destination = .descriptor(STDOUT_FILENO, name: "standard output")
    }
  }

  /// Writes an array's header; its elements are to follow, and then `finish`.
  func begin(shape: [Int]) throws(FileFault) -> NumPyWriter { try NumPyWriter(shape: shape, to: destination) }

  /// Gives a file its name.
  func finish() throws(FileFault) {
    if case .file(let file) = destination { try file.commit() }
  }
}
