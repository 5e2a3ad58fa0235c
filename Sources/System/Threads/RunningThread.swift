import Glibc

/// A thread that makes one call.
public final class RunningThread: Sendable {
  /// Nil when it was waited for.
  private let thread: Locked<pthread_t?>

  /// Starts a thread; nil when the system gives no more, and nothing is called.
  public init?(_ body: @escaping @Sendable () -> Void) {
    let call = Unmanaged.passRetained(Call(body))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { argument in
        // Given up before the thread ends, so that whoever waited for it may rely on that.
        Unmanaged<Call>.fromOpaque(argument!).takeRetainedValue().body()
        return nil
      }, call.toOpaque())
    guard code == 0 else {
      call.release()
      return nil
    }
    self.thread = Locked(thread)
  }

  deinit {
    thread.withLock { if let thread = $0 { pthread_detach(thread) } }
  }

  /// Returns when the call has. Any thread but this one may wait, any number of times.
  public func join() {
    thread.withLock { thread in
      guard let running = thread else { return }
      pthread_join(running, nil)
      thread = nil
    }
  }
}

private final class Call: Sendable {
  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
