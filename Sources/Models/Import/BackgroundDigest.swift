import LHSystem

/// SHA-256 of the files of a model, computed once by a thread of its own, which also checks them on the way.
final class BackgroundDigest: Sendable {
  private let files: any WeightFiles
  private let state = Locked<State>(.idle)

  /// Nothing is read yet.
  init(of files: any WeightFiles) {
    self.files = files
  }

  /// Starts to compute it, unless that was done before.
  func start() {
    state.withLock { state in
      guard case .idle = state else { return }
      let result = Locked<Result<String, any Error>?>(nil)
      let thread = RunningThread { [files] in
        let digest = BackgroundDigest.compute(files)
        result.withLock { $0 = digest }
      }
      state = .started(thread, result)
    }
  }

  /// The digest, when it is there.
  func wait() throws -> String {
    start()
    guard case .started(let thread, let result) = state.withLock({ $0 }) else { preconditionFailure("it was started") }
    thread?.join()
    return try (result.withLock { $0 } ?? BackgroundDigest.compute(files)).get()
  }

  private static func compute(_ files: any WeightFiles) -> Result<String, any Error> {
    Result {
      var hash = SHA256()
      try files.readContents { hash.update($0) }
      return hash.hexadecimal()
    }
  }

  private enum State {
    case idle
    /// The thread is nil when the system gives none; then `wait` computes the digest.
    case started(RunningThread?, Locked<Result<String, any Error>?>)
  }
}
