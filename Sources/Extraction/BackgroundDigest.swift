import Checkpoint
import Dispatch
import Files
import Locks

/// SHA-256 of a checkpoint, computed by a thread of its own, which also checks every record on the way.
final class BackgroundDigest: Sendable {
  private let digest = Locked<Result<String, CheckpointFault>>(.success(""))
  private let done = DispatchGroup()

  /// Starts at once.
  init(of checkpoint: Checkpoint) {
    DispatchQueue.global().async(group: done) { [self] in
      let result = BackgroundDigest.compute(checkpoint)
      digest.withLock { $0 = result }
    }
  }

  /// The digest, when it is there.
  func wait() throws(CheckpointFault) -> String {
    done.wait()
    return try digest.withLock { $0 }.get()
  }

  private static func compute(_ checkpoint: Checkpoint) -> Result<String, CheckpointFault> {
    var hash = SHA256()
    do throws(CheckpointFault) {
      try checkpoint.readContents { hash.update($0) }
      return .success(hash.hexadecimal())
    } catch {
      return .failure(error)
    }
  }
}
