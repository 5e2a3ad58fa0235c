import Glibc

/// An output that is written to in order, as bytes come, since its path leads to a pipe, to a device such as /dev/null,
/// or to an open descriptor of this process, such as /dev/stdout and what a shell puts in place of `>(...)`.
///
/// What stands there is neither replaced nor emptied. Of a redirected /dev/stdout that is so even for a regular file:
/// another one under its name would not be what the shell opened, and what others write to it would be lost.
public final class StreamTarget {
  /// The path, as given, or the name.
  public let path: String
  /// Where to write.
  public let descriptor: Int32
  private let isOwned: Bool

  /// A descriptor that is open for writing and stays so; `name` stands for it in errors, for example "standard output".
  public init(descriptor: Int32, name: String) {
    path = name
    self.descriptor = descriptor
    isOwned = false
  }

  /// Opens what a path leads to; nil when that is a file, a folder or nothing. As with any program, opening a named
  /// pipe waits for its reader.
  public init?(path: String) throws(FileFault) {
    guard let place = Place(path) else { return nil }
    self.path = path
    isOwned = true
    switch place {
    case .ownDescriptor(let number):
      let mode = fcntl(number, F_GETFL)
      guard mode >= 0, mode & O_ACCMODE != O_RDONLY else {
        throw .cannotWrite(path: path, reason: SystemError(code: EBADF))
      }
      descriptor = fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
      guard descriptor >= 0 else { throw .cannotCreate(path: path, reason: .last) }
    case .named:
      descriptor = retryingInterrupted { open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY) }
      guard descriptor >= 0 else { throw .cannotCreate(path: path, reason: .last) }
      var status = stat()
      // Something else may have come there meanwhile.
      guard fstat(descriptor, &status) == 0, Place.isStream(status) else { throw .targetNotAFile(path: path) }
    }
  }

  deinit { if isOwned, descriptor >= 0 { close(descriptor) } }

  /// Writes all of some bytes, however long whoever reads them takes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileFault) {
    try mappingError(of: writeAll(bytes, to: descriptor)) { (reason: SystemError) in
      FileFault.cannotWrite(path: path, reason: reason)
    }
  }

  /// Whether a path leads to what is written in order.
  public static func isThere(_ path: String) -> Bool { Place(path) != nil }
}

/// What a path leads to, when that is no place for a file.
private enum Place {
  case ownDescriptor(Int32)
  case named

  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    if let number = Place.ownDescriptor(path) {
      self = .ownDescriptor(number)
    } else if Place.isStream(status) {
      self = .named
    } else {
      return nil
    }
  }

  /// Pipes and devices without places in them. A disk has places, and nobody means to write over one.
  static func isStream(_ status: stat) -> Bool { [S_IFIFO, S_IFCHR].contains(status.st_mode & S_IFMT) }

  /// The number of the descriptor that a path stands for: /proc/self/fd/N, or a link to that, as /dev/fd/N and
  /// /dev/stdout are. The file itself cannot tell: opened again by its name it would be written over from its
  /// beginning.
  private static func ownDescriptor(_ path: String) -> Int32? {
    guard let own = real("/proc/self/fd") else { return nil }
    var path = path
    for _ in 0..<8 {
      let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
      let folder = slash.map { String(path[...$0]) } ?? "./"
      let name = slash.map { path[path.utf8.index(after: $0)...] } ?? path[...]
      if let number = Int32(name), real(folder) == own { return number }
      guard let target = link(path) else { return nil }
      path = target.utf8.first == UInt8(ascii: "/") ? target : folder + target
    }
    return nil
  }

  /// A path without links; nil when it leads nowhere.
  private static func real(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  /// What a symbolic link says; nil when it is none.
  private static func link(_ path: String) -> String? {
    let target = [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, count in
      count = buffer.baseAddress.map { max(0, readlink(path, $0, buffer.count)) } ?? 0
    }
    return target.isEmpty ? nil : String(decoding: target, as: UTF8.self)
  }
}
