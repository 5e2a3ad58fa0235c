/// Where a recording is read from.
public enum AudioInput: Equatable, Sendable {
  /// A file, or anything else with a path, such as a named pipe.
  case file(path: String)
  /// Standard input, which may be a pipe.
  case standardInput
  /// A sound file's bytes, which somebody else read; `name` stands for them in messages.
  case bytes([UInt8], name: String)

  /// The path, "standard input", or what the bytes are called.
  public var name: String {
    switch self {
    case .file(let path): path
    case .standardInput: "standard input"
    case .bytes(_, let name): name
    }
  }
}
