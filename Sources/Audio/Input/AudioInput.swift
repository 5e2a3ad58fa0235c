/// Where a recording is read from.
public enum AudioInput: Equatable, Sendable {
  /// A file, or anything else with a path, such as a named pipe.
  case file(path: String)
  /// Standard input, which may be a pipe.
  case standardInput

  /// The path, or "standard input".
  public var name: String {
    switch self {
    case .file(let path): path
    case .standardInput: "standard input"
    }
  }
}
