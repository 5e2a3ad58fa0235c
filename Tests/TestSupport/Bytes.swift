import Glibc

/// All bytes of a file; stops the tests when it cannot be read.
public func readBytes(_ path: String) -> [UInt8] {
  guard let file = fopen(path, "rb") else { fatalError("\(path): \(String(cString: strerror(errno)))") }
  defer { fclose(file) }
  var status = stat()
  guard fstat(fileno(file), &status) == 0 else { fatalError("\(path): \(String(cString: strerror(errno)))") }
  return [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
    count = fread(buffer.baseAddress, 1, buffer.count, file)
  }
}

/// Writes a file, replacing one that is there; stops the tests when that fails.
public func writeBytes(_ bytes: [UInt8], to path: String) {
  guard let file = fopen(path, "wb") else { fatalError("\(path): \(String(cString: strerror(errno)))") }
  guard fwrite(bytes, 1, bytes.count, file) == bytes.count, fclose(file) == 0 else {
    fatalError("\(path): \(String(cString: strerror(errno)))")
  }
}
