import LHSystem
import LHTorch

/// SHA-256 of a checkpoint, computed by a thread of its own, which also checks every record on the way.
final class BackgroundDigest: Sendable {
  private let checkpoint: Checkpoint
  private let digest: Locked<Result<String, CheckpointFault>?>
  /// Nil when the system gives no thread; then `wait` computes the digest.
  private let thread: RunningThread?

  /// Starts at once.
  init(of checkpoint: Checkpoint) {
    let digest = Locked<Result<String, CheckpointFault>?>(nil)
    self.checkpoint = checkpoint
    self.digest = digest
    thread = RunningThread {
      let result = BackgroundDigest.compute(checkpoint)
      digest.withLock { $0 = result }
    }
  }

  /// The digest, when it is there.
  func wait() throws(CheckpointFault) -> String {
    thread?.join()
    return try (digest.withLock { $0 } ?? BackgroundDigest.compute(checkpoint)).get()
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
