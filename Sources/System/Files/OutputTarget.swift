/// Where a result goes.
public enum OutputTarget {
  /// A file that appears when it is whole.
  case file(AtomicFile)
  /// A pipe, a device or an open descriptor, which is written to as bytes come.
  case stream(StreamTarget)

  /// What a path leads to, opened so that one which cannot be written is found before the work is done. Only a file can
  /// be replaced, and only one is refused because it is there.
  public init(path: String, replacing: Bool) throws(FileFault) {
    if let stream = try StreamTarget(path: path) {
      self = .stream(stream)
    } else {
      self = .file(try AtomicFile(path: path, replacing: replacing))
    }
  }

  /// Appends bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileFault) {
    switch self {
    case .file(let file): try file.write(bytes)
    case .stream(let stream): try stream.write(bytes)
    }
  }

  /// Gives a file its name. Nothing may be written afterwards.
  public func commit() throws(FileFault) {
    if case .file(let file) = self { try file.commit() }
  }
}
