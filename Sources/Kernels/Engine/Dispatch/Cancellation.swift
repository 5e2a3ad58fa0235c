import Synchronization

/// Ends work that runs, from any thread or task.
///
///     let cancellation = Cancellation()
///     let features = try await withTaskCancellationHandler {
///       try session.features(of: samples, cancellation: cancellation)
///     } onCancel: {
///       cancellation.cancel()
///     }
///
/// It stays cancelled: everything that is given it later ends at once. Make one for each piece of work that is to be
/// cancelled on its own.
public final class Cancellation: Sendable {
  private let flag = Atomic<Bool>(false)

  /// A cancellation that has not happened.
  public init() {}

  /// Whether `cancel()` was called.
  public var isCancelled: Bool { flag.load(ordering: .relaxed) }

  /// Makes whatever was given this end as soon as it can. Calling it again changes nothing.
  public func cancel() { flag.store(true, ordering: .relaxed) }
}
