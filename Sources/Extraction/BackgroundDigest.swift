import Dispatch
import Files
import Locks

/// SHA-256 of a mapped file, computed by a thread of its own.
final class BackgroundDigest: Sendable {
  private let digest = Locked<String?>(nil)
  private let done = DispatchGroup()

  /// Bytes between two times of giving pages back.
  private static let chunkSize = 4 << 20

  /// Starts at once.
  init(of file: MappedFile) {
    DispatchQueue.global().async(group: done) { [self] in
      let result = BackgroundDigest.compute(file)
      digest.withLock { $0 = result }
    }
  }

  /// The digest, when it is there.
  func wait() -> String {
    done.wait()
    return digest.withLock { $0 } ?? ""
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
