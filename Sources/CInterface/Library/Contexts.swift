public import CLightHuBERT
import LHSystem
import LightHuBERT

/// A session that a handle names, which one call at a time may use.
final class RunContext: Sendable {
  let model: Model
  /// Used only by the call that `running` belongs to.
  private nonisolated(unsafe) let session: Session
  /// Ends the call that runs; nil when none does.
  private let running = Locked<Cancellation?>(nil)

  init(_ model: Model, threadCount: Int?) {
    self.model = model
    session = Session(model, threadCount: threadCount)
  }

  /// Calls `body` unless another call runs.
  func run(_ body: (Session, Cancellation) throws(CallFault) -> Void) throws(CallFault) {
    let cancellation = Cancellation()
    let isFree = running.withLock { running in
      guard running == nil else { return false }
      running = cancellation
      return true
    }
    guard isFree else { throw CallFault(LH_BUSY, "the context is running already") }
    defer { running.withLock { $0 = nil } }
    try body(session, cancellation)
  }

  /// Makes the call of this moment end.
  func cancel() { running.withLock { $0?.cancel() } }
}

/// Makes a context.
@c @implementation
public func lh_context_create(
  _ model: OpaquePointer?, _ options: UnsafePointer<lh_context_options>?,
  _ context: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<lh_error>?
) -> lh_status {
  report(to: error) { () throws(CallFault) in
    let target = try output(context, "context", initially: nil)
    let open = try openModel(model)
    let options = try LightHuBERTC.options(options, else: lh_context_options())
    try checkReserved(options.reserved)
    let threads = try threadCount(options.thread_count)
    target.pointee = HandleTable.shared.add(RunContext(open.model, threadCount: threads))
  }
}

/// Ends a context's handle.
@c @implementation
public func lh_context_destroy(_ context: OpaquePointer?) -> lh_status {
  HandleTable.shared.remove(context, as: RunContext.self)
}

/// Cancels the run of a context.
@c @implementation
public func lh_context_cancel(_ context: OpaquePointer?) -> lh_status {
  report(to: nil) { () throws(CallFault) in try runContext(context).cancel() }
}

/// The context of a handle.
func runContext(_ handle: OpaquePointer?) throws(CallFault) -> RunContext {
  try HandleTable.shared.object(of: handle, as: RunContext.self, "context")
}
