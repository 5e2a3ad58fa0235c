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
  static func raw(_ text: String) { _ = writeAll(text, to: STDERR_FILENO) }
}

/// What a program is asked for.
public enum StandardOutput {
  /// Writes text.
  public static func write(_ text: String) throws(FileFault) {
    if let error = writeAll(text, to: STDOUT_FILENO) { throw .cannotWrite(path: "standard output", reason: error) }
  }
}

private func writeAll(_ text: String, to descriptor: Int32) -> SystemError? {
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if count < 0 && errno == EINTR { continue }
    guard count >= 0 else { return .last }
    bytes = bytes.dropFirst(count)
  }
  return nil
}
