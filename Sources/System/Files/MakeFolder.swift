import Glibc

/// Makes the folder that `path` lies in, and those above it that are missing, for this user only (as the XDG base
/// directory specification has it).
public func makeFolder(of path: String) throws(FileFault) {
  guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex else { return }
  let folder = String(path[..<slash])
  var status = stat()
  if stat(folder, &status) == 0 { return }
  try makeFolder(of: folder)
  guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw .cannotCreate(path: folder, reason: .last) }
}
