import LHSystem

/// SHA-256 of the files of a model, computed by a thread of its own, which also checks them on the way.
final class BackgroundDigest: Sendable {
  private let files: any WeightFiles
  private let digest: Locked<Result<String, any Error>?>
  /// Nil when the system gives no thread; then `wait` computes the digest.
  private let thread: RunningThread?

  /// Starts at once.
  init(of files: any WeightFiles) {
    let digest = Locked<Result<String, any Error>?>(nil)
    self.files = files
    self.digest = digest
    thread = RunningThread {
      let result = BackgroundDigest.compute(files)
      digest.withLock { $0 = result }
    }
  }

  /// The digest, when it is there.
  func wait() throws -> String {
    thread?.join()
    return try (digest.withLock { $0 } ?? BackgroundDigest.compute(files)).get()
  }

  private static func compute(_ files: any WeightFiles) -> Result<String, any Error> {
    Result {
      var hash = SHA256()
      try files.readContents { hash.update($0) }
      return hash.hexadecimal()
    }
  }
}
