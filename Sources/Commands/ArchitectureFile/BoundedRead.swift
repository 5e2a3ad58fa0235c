import Glibc
import LHSystem

/// All bytes of a file or pipe, or of standard input when the path is "-"; no more than `limit`.
func readAll(_ path: String, source: String, limit: Int) throws(ArchitectureFileFault) -> [UInt8] {
  let descriptor = path == "-" ? STDIN_FILENO : retryingInterrupted { open(path, O_RDONLY | O_CLOEXEC) }
  guard descriptor >= 0 else { throw .unreadable(.cannotRead(path: path, reason: .last)) }
  defer { if descriptor != STDIN_FILENO { close(descriptor) } }
  var bytes = [UInt8](repeating: 0, count: limit + 1)
  var count = 0
  while count <= limit {
    let got = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + count, $0.count - count) }
    if got == 0 { return Array(bytes[..<count]) }
    if got > 0 {
      count += got
    } else if errno != EINTR {
      throw .unreadable(.cannotRead(path: source, reason: .last))
    }
  }
  throw .tooLarge(source: source, limit: limit)
}
