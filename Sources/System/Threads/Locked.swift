import Glibc

/// A value that one thread at a time may use.
///
/// What `Synchronization.Mutex` is, made of a pthread mutex: the thread sanitizer follows those, while it does not see
/// a thread that waits for a `Mutex`, which happens inside Swift's own library, and reports races where there are none.
public final class Locked<Value>: @unchecked Sendable {
  private let value: UnsafeMutablePointer<Value>
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>

  /// A value that nobody uses yet.
  public init(_ initial: sending Value) {
    value = .allocate(capacity: 1)
    value.initialize(to: initial)
    mutex = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
    value.deinitialize(count: 1)
    value.deallocate()
  }

  /// Calls `body` with the value while no other thread uses it; other callers wait. `body` must not call this again.
  public func withLock<Result, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value.pointee)
  }

  /// Makes all others wait until `release`, on the same thread: for a fork, whose child would otherwise find the lock
  /// as held for ever when another thread had it at that moment.
  public func acquire() { pthread_mutex_lock(mutex) }

  /// Ends what `acquire` began, in either process.
  public func release() { pthread_mutex_unlock(mutex) }
}
