import Glibc
public import LHSystem

/// A text with its control characters escaped, which the names of files and tensors can have; and those that break
/// lines or turn the direction of what follows, with which a name could look like another one.
public func oneLine(_ text: String) -> String {
  var line = ""
  for scalar in text.unicodeScalars {
    let isControl =
      scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value) || (0x2028...0x202e).contains(scalar.value)
      || (0x2066...0x2069).contains(scalar.value)
    line += isControl ? scalar.escaped(asASCII: true) : String(scalar)
  }
  return line
}

/// Messages to the person at the terminal.
public enum StandardError {
  /// Whether a person sees it at once.
  public static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Writes one line.
  public static func line(_ text: String) { raw(oneLine(text) + "\n") }

  /// Writes text as it is. That it cannot be written is no fault: there is nowhere to say so.
  static func raw(_ text: String) { try? writeText(text, to: STDERR_FILENO) }
}

/// What a program is asked for.
public enum StandardOutput {
  /// Writes text.
  public static func write(_ text: String) throws(FileFault) {
    try mappingError(of: writeText(text, to: STDOUT_FILENO)) { (reason: SystemError) in
      FileFault.cannotWrite(path: "standard output", reason: reason)
    }
  }
}

private func writeText(_ text: String, to descriptor: Int32) throws(SystemError) {
  let bytes = Array(text.utf8)
  try bytes.withUnsafeBufferPointer { bytes throws(SystemError) in
    try writeAll(UnsafeRawBufferPointer(bytes), to: descriptor)
  }
}
