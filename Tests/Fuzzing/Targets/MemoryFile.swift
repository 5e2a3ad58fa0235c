import Glibc

/// A file that has a path and lies in memory.
final class MemoryFile {
  private let descriptor: Int32

  init(_ bytes: [UInt8]) {
    // O_TMPFILE, which is too complex a macro to be imported.
    let unnamed: Int32 = 0o20_000_000 | O_DIRECTORY
    descriptor = open("/dev/shm", unnamed | O_RDWR | O_CLOEXEC, 0o600)
    expect(descriptor >= 0, "there is memory for a file")
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + done, bytes.count - done) }
      expect(count > 0, "a file in memory takes what is written")
      done += count
    }
  }

  deinit { close(descriptor) }

  /// Leads to it as long as it lives.
  var path: String { "/proc/self/fd/\(descriptor)" }

}

/// A file of this process in a folder in memory, which is written by name and removed.
struct ScratchFile {
  let path = "/dev/shm/lhb-fuzz-\(getpid())"

  func remove() { unlink(path) }
}
