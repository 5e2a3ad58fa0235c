import Glibc

/// Runs `body` with the path of a new empty folder, and removes that with all it holds afterwards.
public func withTemporaryFolder<R>(_ body: (String) throws -> R) rethrows -> R {
  let temporary = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
  var template = Array("\(temporary)/lighthubert-test-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { fatalError("\(temporary): \(String(cString: strerror(errno)))") }
  let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  defer { removeTree(folder) }
  return try body(folder)
}

private func removeTree(_ path: String) {
  guard let directory = opendir(path) else { return }
  while let entry = readdir(directory) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
      field.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: field.pointee)) {
        String(cString: $0)
      }
    }
    guard name != ".", name != ".." else { continue }
    // Removing something that is no folder succeeds; a folder that holds something has to be emptied first.
    if remove(path + "/" + name) != 0 { removeTree(path + "/" + name) }
  }
  closedir(directory)
  remove(path)
}
