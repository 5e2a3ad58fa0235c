import Files
import Locks

/// SHA-256 of a mapped file, computed by a thread of its own.
final class BackgroundDigest: Sendable {
  private let file: MappedFile
  private let digest: Locked<String?>
  /// Nil when the system gives no thread; then `wait` computes the digest.
  private let thread: RunningThread?

  /// Bytes between two times of giving pages back.
  private static let chunkSize = 4 << 20

  /// Starts at once.
  init(of file: MappedFile) {
    let digest = Locked<String?>(nil)
    self.file = file
    self.digest = digest
    thread = RunningThread {
      let result = BackgroundDigest.compute(file)
      digest.withLock { $0 = result }
    }
  }

  /// The digest, when it is there.
  func wait() -> String {
    thread?.join()
    return digest.withLock { $0 } ?? BackgroundDigest.compute(file)
  }

  private static func compute(_ file: MappedFile) -> String {
    var hash = SHA256()
    for start in stride(from: 0, to: file.bytes.count, by: chunkSize) {
      let range = start..<min(start + chunkSize, file.bytes.count)
      hash.update(UnsafeRawBufferPointer(rebasing: file.bytes[range]))
      file.release(range)
    }
    return hash.hexadecimal()
  }
}
