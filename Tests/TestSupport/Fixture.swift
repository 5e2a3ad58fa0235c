import Glibc
import LHSystem

/// The files under Fixtures/.
public enum Fixture {
  /// The path of a fixture, for example "golden/tiny.pt".
  ///
  /// When the repository holds it packed (see `FixturePacking`), it is unpacked into a folder for temporary files,
  /// whose name depends on the packed contents, and stays there for the next run. Stops the tests when there is no such
  /// file or it does not unpack.
  public static func path(_ relative: String) -> String {
    let plain = folder + relative
    if exists(plain) { return plain }
    guard let packing = FixturePacking.allCases.first(where: { exists(plain + $0.rawValue) }) else {
      fatalError("Fixtures/\(relative) is not there, nor is it packed")
    }
    // Before the lock, which cannot be taken twice.
    let base = packing == .planes ? "" : path("golden/tiny.pt")
    return unpackedPaths.withLock { known in
      if let path = known[relative] { return path }
      let path = unpack(relative, packing, base: base)
      known[relative] = path
      return path
    }
  }

  /// Where Fixtures/ is, with a slash at the end.
  public static let folder: String = {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(3).joined(separator: "/") + "/Fixtures/"
  }()

  private static let unpackedPaths = Locked<[String: String]>([:])

  private static func exists(_ path: String) -> Bool { access(path, R_OK) == 0 }

  private static func unpack(_ relative: String, _ packing: FixturePacking, base: String) -> String {
    let packed = readBytes(folder + relative + packing.rawValue)
    let target = unpackingFolder(for: packed) + relative.split(separator: "/").last!
    var status = stat()
    if stat(target, &status) == 0, Int(status.st_size) == contentSize(ofZstdFrame: packed) { return target }

    let bytes = packing.unpack(packed, base: base)
    // Another process may be doing the same: each writes a file of its own, and renaming is atomic.
    let partial = "\(target).\(getpid())"
    writeBytes(bytes, to: partial)
    guard rename(partial, target) == 0 else { fatalError("\(target): \(String(cString: strerror(errno)))") }
    return target
  }

  private static func unpackingFolder(for packed: [UInt8]) -> String {
    let temporary = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    let parent = "\(temporary)/lighthubert-fixtures-\(getuid())"
    let folder = "\(parent)/\(String(fnv1a(packed), radix: 16))"
    mkdir(parent, 0o700)
    mkdir(folder, 0o700)
    return folder + "/"
  }
}

/// The 64-bit FNV-1a digest of bytes: tells contents apart, proves nothing.
func fnv1a(_ bytes: [UInt8]) -> UInt64 {
  bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
