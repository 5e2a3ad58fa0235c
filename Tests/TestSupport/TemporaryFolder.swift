import Glibc

/// Runs `body` with the path of a new empty folder, and removes that with all it holds afterwards.
public func withTemporaryFolder<R>(_ body: (String) throws -> R) rethrows -> R {
  let folder = makeTemporaryFolder()
  defer { removeTree(folder) }
  return try body(folder)
}

/// The same for a body that waits.
public func withTemporaryFolder<R>(waiting body: (String) async throws -> R) async rethrows -> R {
  let folder = makeTemporaryFolder()
  defer { removeTree(folder) }
  return try await body(folder)
}

private func makeTemporaryFolder() -> String {
  let temporary = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
  var template = Array("\(temporary)/lighthubert-test-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { fatalError("\(temporary): \(String(cString: strerror(errno)))") }
  return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
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
