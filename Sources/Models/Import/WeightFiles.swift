import LHSafetensors
import LHSystem
import LHTorch

/// The files that a model's weights are read from.
protocol WeightFiles: Sendable {
  /// Bytes of all of them.
  var byteCount: Int { get }
  /// Reads all of them once, from front to back, and checks what can be checked on the way.
  func readContents(_ body: (UnsafeRawBufferPointer) -> Void) throws
  /// Makes sure that nobody wrote to them since they were opened.
  func checkUnchanged() throws
}

extension Checkpoint: WeightFiles {
  var byteCount: Int { file.byteCount }
}

extension SafetensorsFile: WeightFiles {}

/// Several files one after the other.
struct FileSequence: WeightFiles {
  let files: [any WeightFiles]

  var byteCount: Int { files.reduce(0) { $0 + $1.byteCount } }

  func readContents(_ body: (UnsafeRawBufferPointer) -> Void) throws {
    for file in files { try file.readContents(body) }
  }

  func checkUnchanged() throws {
    for file in files { try file.checkUnchanged() }
  }
}
