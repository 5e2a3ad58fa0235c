import Glibc

/// Names of the files and folders in a folder, sorted.
public func filesInFolder(_ path: String) -> [String] {
  guard let directory = opendir(path) else { fatalError("\(path): \(String(cString: strerror(errno)))") }
  defer { closedir(directory) }
  var names: [String] = []
  while let entry = readdir(directory) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
      field.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: field.pointee)) {
        String(cString: $0)
      }
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names.sorted()
}
