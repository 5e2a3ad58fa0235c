import Glibc
import LHSystemC

/// A folder of a few files being written that appears under its name only when it is whole.
///
/// The files have no names until `commit()`, as those of `AtomicFile`, so that whatever ends the program early leaves
/// nothing behind. Then they are put into a hidden folder beside it, which takes its name in one step. An existing
/// folder is replaced only when that is asked for and it holds nothing but files of the same names, so that a wrong
/// path destroys nothing.
public final class AtomicFolder {
  /// The folder's path, as given.
  public let path: String
  /// Where it appears: the path with symbolic links followed and without slashes at its end.
  private let target: String
  private let temporary: String
  private let replacing: Bool
  private let names: [String]
  private var files: [(name: String, file: AtomicFile)] = []
  private var isCommitted = false

  /// Nothing is written yet.
  ///
  /// - Parameters:
  ///   - path: Where the folder is to appear; its own folder is there.
  ///   - names: The names of all files that it may have.
  ///   - replacing: Whether a folder of files of these names may be there.
  public init(path: String, names: [String], replacing: Bool = false) throws(FolderFault) {
    self.path = path
    self.names = names
    self.replacing = replacing
    let target = AtomicFolder.resolved(path)
    self.target = target
    var status = stat()
    if lstat(target, &status) == 0 {
      guard replacing else { throw .file(.exists(path: path)) }
      guard status.st_mode & S_IFMT == S_IFDIR else { throw .notAFolder(path: path) }
      if let other = folderNames(target).first(where: { !names.contains($0) }) {
        throw .holdsOthers(path: path, name: other)
      }
    }
    let slash = target.utf8.lastIndex(of: UInt8(ascii: "/"))
    let start = slash.map { target.utf8.index(after: $0) } ?? target.startIndex
    let name = target[start...].unicodeScalars.prefix(50)
    let digits = String(UInt64.random(in: .min ... .max), radix: 36)
    temporary = "\(target[..<start]).\(String(name)).\(digits).tmp"
    guard start < target.endIndex else {
      throw .file(.cannotCreate(path: path, reason: SystemError(code: path.isEmpty ? ENOENT : EISDIR)))
    }
  }

  deinit { if !isCommitted { AtomicFolder.remove(temporary, names) } }

  /// A file of the folder, which the caller writes; the folder commits it. Messages name the folder's path.
  public func file(_ name: String) throws(FolderFault) -> AtomicFile {
    precondition(names.contains(name), "one of the names")
    let base = path.hasSuffix("/") ? path : path + "/"
    let file = try mappingError(
      of: AtomicFile(path: "\(temporary).\(name)", replacing: false, unnamed: true, shown: base + name),
      to: FolderFault.file)
    files.append((name, file))
    return file
  }

  /// Puts the folder under its name, with the files. Nothing may be written afterwards.
  public func commit() throws(FolderFault) {
    precondition(!isCommitted, "committed twice")
    guard mkdir(temporary, 0o777) == 0 else { throw .file(.cannotCreate(path: path, reason: .last)) }
    for (name, file) in files {
      try mappingError(of: file.commit(as: name, in: temporary), to: FolderFault.file)
    }
    sync(temporary)
    if replacing, access(target, F_OK) == 0 { try replaceTarget() } else { try claimTarget() }
    isCommitted = true
    sync(AtomicFolder.parent(of: target))
  }

  private func claimTarget() throws(FolderFault) {
    if cfiles_rename_new(AT_FDCWD, temporary, target) == 0 { return }
    if errno == EEXIST { throw .file(.exists(path: path)) }
    // Where the file system has no renaming that never replaces: one that replaces no more than an empty folder.
    guard errno == EINVAL || errno == ENOSYS, rename(temporary, target) == 0 else { throw writingFault() }
  }

  private func replaceTarget() throws(FolderFault) {
    if cfiles_rename_exchange(temporary, target) != 0 {
      guard errno == EINVAL || errno == ENOSYS else { throw writingFault() }
      let old = temporary + ".old"
      guard rename(target, old) == 0 else { throw writingFault() }
      guard rename(temporary, target) == 0 else {
        let fault = writingFault()
        _ = rename(old, target)
        throw fault
      }
      AtomicFolder.remove(old, names)
      return
    }
    // What was there has the hidden name now.
    AtomicFolder.remove(temporary, names)
  }

  private func writingFault() -> FolderFault { .file(.cannotWrite(path: path, reason: .last)) }

  private func sync(_ folder: String) {
    let descriptor = retryingInterrupted { open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard descriptor >= 0 else { return }
    // Some file systems cannot, and need not.
    _ = fsync(descriptor)
    close(descriptor)
  }
}

extension AtomicFolder {
  private static func resolved(_ path: String) -> String {
    var path = path
    while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK, let real = realpath(path, nil) else {
      return path
    }
    defer { free(real) }
    return String(cString: real)
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Removes files of these names, and the folder when nothing else is in it.
  private static func remove(_ folder: String, _ names: [String]) {
    for name in names { unlink("\(folder)/\(name)") }
    rmdir(folder)
  }
}

/// A folder that could not be written.
public enum FolderFault: Fault, Equatable {
  /// The folder, or a file of it.
  case file(FileFault)
  /// Something that is no folder has that name.
  case notAFolder(path: String)
  /// The folder that is there holds something that would be lost.
  case holdsOthers(path: String, name: String)

  /// The kind of fault.
  public var kind: FaultKind {
    switch self {
    case .file(let fault): fault.kind
    case .notAFolder, .holdsOthers: .cannotCreate
    }
  }

  /// One line.
  public var description: String {
    switch self {
    case .file(let fault): fault.description
    case .notAFolder(let path): "\(path): cannot be created: something that is not a folder has that name"
    case .holdsOthers(let path, let name):
      "\(path): is not replaced, since it holds \(name), which would be lost; name another folder"
    }
  }
}
