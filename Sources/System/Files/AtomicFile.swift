import Glibc
import LHSystemC

/// A file being written that appears under its name only when it is whole.
///
/// The bytes go into a file without a name in the target's folder (`O_TMPFILE`), so that whatever ends the program
/// early leaves nothing behind. Where the file system has no such files, they go into a temporary file with a name that
/// nobody can guess, removed when this object goes away uncommitted. `commit()` syncs the bytes and gives them the
/// target's name in one step; unless `replacing`, an existing file is never replaced, however late it came.
public final class AtomicFile {
  /// The target's path, as given.
  public let path: String
  private let target: Target
  private let replacing: Bool
  private let descriptor: Int32
  /// The temporary file's name in the target's folder; nil when it has none.
  private var temporaryName: String?
  private var isCommitted = false
  private var buffer: [UInt8] = []
  /// Bytes written so far, those in the buffer included.
  public private(set) var byteCount = 0

  private static let bufferSize = 1 << 20

  /// Opens a temporary file for `path`. The target may not be there yet, unless `replacing`, and never be anything but
  /// a regular file; a symbolic link stays, and the file that it leads to is replaced.
  public convenience init(path: String, replacing: Bool = false) throws(FileFault) {
    try self.init(path: path, replacing: replacing, unnamed: true)
  }

  /// With `unnamed` false, as on a file system without unnamed files. Messages name `shown`.
  package init(path: String, replacing: Bool, unnamed: Bool, shown: String? = nil) throws(FileFault) {
    do throws(FileFault) {
      target = try Target(path: path, replacing: replacing)
    } catch {
      guard let shown, case .cannotCreate(_, let reason) = error else { throw error }
      throw .cannotCreate(path: shown, reason: reason)
    }
    self.path = shown ?? path
    self.replacing = replacing
    if unnamed, let descriptor = AtomicFile.openUnnamed(in: target.folder) {
      self.descriptor = descriptor
    } else {
      let temporary = try AtomicFile.openNamed(for: target, path: self.path)
      descriptor = temporary.descriptor
      temporaryName = temporary.name
    }
    buffer.reserveCapacity(AtomicFile.bufferSize)
  }

  deinit {
    if let temporaryName { unlinkat(target.folder, temporaryName, 0) }
    close(descriptor)
  }

  /// Appends bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileFault) {
    if buffer.count + bytes.count > AtomicFile.bufferSize { try flush() }
    if bytes.count >= AtomicFile.bufferSize {
      try writeAll(bytes, at: byteCount)
    } else {
      buffer.append(contentsOf: bytes)
    }
    byteCount += bytes.count
  }

  /// Appends bytes.
  public func write(_ bytes: [UInt8]) throws(FileFault) {
    try bytes.withUnsafeBufferPointer { bytes throws(FileFault) in try write(UnsafeRawBufferPointer(bytes)) }
  }

  /// Writes over bytes that were written before, at `offset` from the beginning.
  public func overwrite(_ bytes: [UInt8], at offset: Int) throws(FileFault) {
    precondition(offset >= 0 && offset + bytes.count <= byteCount, "outside what was written")
    try flush()
    try bytes.withUnsafeBufferPointer { bytes throws(FileFault) in
      try writeAll(UnsafeRawBufferPointer(bytes), at: offset)
    }
  }

  /// Puts the file on the disk under its name. Nothing may be written afterwards.
  public func commit() throws(FileFault) {
    precondition(!isCommitted, "committed twice")
    try flush()
    guard retryingInterrupted({ fsync(descriptor) }) == 0 else { throw .cannotWrite(path: path, reason: .last) }
    if replacing { try replaceTarget() } else { try claimTarget() }
    isCommitted = true
    // The name lasts through a loss of power only when the folder is synced; some file systems cannot, and need not.
    guard retryingInterrupted({ fsync(target.folder) }) == 0 || errno == EINVAL else {
      throw .cannotWrite(path: path, reason: .last)
    }
  }

  /// Puts the file on the disk under a name in a folder of the same file system, which has none of that name, instead
  /// of its own. Nothing may be written afterwards.
  func commit(as name: String, in folder: String) throws(FileFault) {
    precondition(!isCommitted, "committed twice")
    try flush()
    guard retryingInterrupted({ fsync(descriptor) }) == 0 else { throw .cannotWrite(path: path, reason: .last) }
    let place = "\(folder)/\(name)"
    if let temporaryName {
      guard renameat(target.folder, temporaryName, AT_FDCWD, place) == 0 else {
        throw .cannotWrite(path: path, reason: .last)
      }
      self.temporaryName = nil
    } else {
      guard linkat(AT_FDCWD, AtomicFile.procPath(descriptor), AT_FDCWD, place, AT_SYMLINK_FOLLOW) == 0 else {
        throw .cannotWrite(path: path, reason: .last)
      }
    }
    isCommitted = true
  }

  private func flush() throws(FileFault) {
    guard !buffer.isEmpty else { return }
    let start = byteCount - buffer.count
    try buffer.withUnsafeBufferPointer { bytes throws(FileFault) in
      try writeAll(UnsafeRawBufferPointer(bytes), at: start)
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private func writeAll(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileFault) {
    var done = 0
    while done < bytes.count {
      let count = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw .cannotWrite(path: path, reason: count < 0 ? .last : SystemError(code: EIO)) }
      done += count
    }
  }
}

extension AtomicFile {
  /// Names the file as the target, which must not exist.
  private func claimTarget() throws(FileFault) {
    if let temporaryName {
      // A link, unlike a renaming, never replaces.
      if linkat(target.folder, temporaryName, target.folder, target.name, 0) == 0 {
        unlinkat(target.folder, temporaryName, 0)
        self.temporaryName = nil
        return
      }
      guard errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS || errno == EMLINK else { throw nameFault() }
      // The file system has no links.
      if cfiles_rename_new(target.folder, temporaryName, target.name) == 0 {
        self.temporaryName = nil
        return
      }
      guard errno == EINVAL || errno == ENOSYS else { throw nameFault() }
      // Nor a renaming that never replaces: claim the name with an empty file of our own, then replace that.
      let claim = retryingInterrupted {
        openat(target.folder, target.name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      }
      guard claim >= 0 else { throw nameFault() }
      close(claim)
      do throws(FileFault) {
        try rename(temporaryName)
      } catch {
        unlinkat(target.folder, target.name, 0)
        throw error
      }
    } else {
      guard link(as: target.name) else { throw nameFault() }
    }
  }

  /// Names the file as the target, whether that exists or not.
  private func replaceTarget() throws(FileFault) {
    if temporaryName == nil {
      let name = AtomicFile.temporaryName(for: target.name)
      guard link(as: name) else { throw .cannotWrite(path: path, reason: .last) }
      temporaryName = name
    }
    if let temporaryName { try rename(temporaryName) }
  }

  private func rename(_ temporary: String) throws(FileFault) {
    guard renameat(target.folder, temporary, target.folder, target.name) == 0 else {
      throw .cannotWrite(path: path, reason: .last)
    }
    temporaryName = nil
  }

  private func link(as name: String) -> Bool {
    linkat(AT_FDCWD, AtomicFile.procPath(descriptor), target.folder, name, AT_SYMLINK_FOLLOW) == 0
  }

  private func nameFault() -> FileFault {
    errno == EEXIST ? .exists(path: path) : .cannotWrite(path: path, reason: .last)
  }

  private static func procPath(_ descriptor: Int32) -> String { "/proc/self/fd/\(descriptor)" }

  /// A file without a name; nil when the file system has none, or /proc is missing, through which it would get a name.
  private static func openUnnamed(in folder: Int32) -> Int32? {
    // O_TMPFILE, which is too complex a macro to be imported, includes O_DIRECTORY: an old kernel fails with EISDIR.
    let unnamed: Int32 = 0o20_000_000 | O_DIRECTORY
    let descriptor = retryingInterrupted { openat(folder, ".", unnamed | O_WRONLY | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else { return nil }
    guard access(procPath(descriptor), F_OK) == 0 else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  private static func openNamed(
    for target: Target, path: String
  ) throws(FileFault) -> (descriptor: Int32, name: String) {
    for _ in 0..<16 {
      let name = temporaryName(for: target.name)
      let descriptor = retryingInterrupted {
        openat(target.folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      }
      if descriptor >= 0 { return (descriptor, name) }
      guard errno == EEXIST else { break }
    }
    throw .cannotCreate(path: path, reason: .last)
  }

  /// A hidden name that starts like the target's, as far as the longest name allows.
  private static func temporaryName(for name: String) -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 36)
    let start = name.utf8.count <= 200 ? name : String(name.unicodeScalars.prefix(50))
    return ".\(start).\(digits).tmp"
  }
}

/// Where a file is to appear: its folder, opened, and its name there.
private final class Target {
  let folder: Int32
  let name: String

  init(path: String, replacing: Bool) throws(FileFault) {
    var resolved = path
    var status = stat()
    if lstat(path, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFLNK, stat(path, &status) == 0, let real = realpath(path, nil) {
        resolved = String(cString: real)
        free(real)
      }
      switch status.st_mode & S_IFMT {
      case S_IFREG, S_IFLNK: if !replacing { throw .exists(path: path) }
      case S_IFDIR: throw .cannotCreate(path: path, reason: SystemError(code: EISDIR))
      default: throw .targetNotAFile(path: path)
      }
    }
    let slash = resolved.utf8.lastIndex(of: UInt8(ascii: "/"))
    name = slash.map { String(resolved[resolved.utf8.index(after: $0)...]) } ?? resolved
    let folderPath = slash.map { $0 == resolved.startIndex ? "/" : String(resolved[..<$0]) } ?? "."
    guard !name.isEmpty, !name.utf8.contains(0) else {
      throw .cannotCreate(path: path, reason: SystemError(code: name.isEmpty && !path.isEmpty ? EISDIR : ENOENT))
    }
    folder = retryingInterrupted { open(folderPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard folder >= 0 else { throw .cannotCreate(path: path, reason: .last) }
  }

  deinit { if folder >= 0 { close(folder) } }
}
