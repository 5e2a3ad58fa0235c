/// A file that could not be read or written.
public enum FileFault: Fault, Equatable {
  /// The file cannot be opened or mapped for reading.
  case cannotRead(path: String, reason: SystemError)
  /// Something is there, but not a regular file.
  case notAFile(path: String)
  /// Somebody wrote to the file, or cut it, while it was being read.
  case changed(path: String)
  /// The file cannot be created, or its folder is missing.
  case cannotCreate(path: String, reason: SystemError)
  /// There is a file of that name, and replacing it was not asked for.
  case exists(path: String)
  /// The target is there and is a device, a pipe or the like, which cannot be replaced by a file.
  case targetNotAFile(path: String)
  /// Writing, syncing or renaming failed on the way. The target is as it was before; only when syncing its folder
  /// failed, it is the new file, which a loss of power may undo.
  case cannotWrite(path: String, reason: SystemError)

  /// The kind of fault.
  public var kind: FaultKind {
    switch self {
    case .cannotRead(_, let reason) where reason == .noMemory: .outOfMemory
    case .cannotRead, .notAFile: .missingInput
    case .cannotCreate, .exists, .targetNotAFile: .cannotCreate
    case .changed, .cannotWrite: .inputOutput
    }
  }

  /// One line.
  public var description: String {
    switch self {
    case .cannotRead(let path, let reason): "\(path): cannot be read: \(reason)"
    case .notAFile(let path): "\(path): is not a regular file"
    case .changed(let path): "\(path): was changed while it was read; try again when nothing writes to it"
    case .cannotCreate(let path, let reason): "\(path): cannot be created: \(reason)"
    case .exists(let path): "\(path): exists already; name another file, or ask for it to be replaced (--force)"
    case .targetNotAFile(let path): "\(path): cannot be created: something that is not a regular file has that name"
    case .cannotWrite(let path, let reason): "\(path): cannot be written: \(reason)"
    }
  }
}
