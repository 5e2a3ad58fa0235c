public import CLightHuBERT
import LightHuBERT
import Synchronization

/// A session that a handle names, which one call at a time may use.
final class RunContext: Sendable {
  let model: Model
  /// Used only by the call that has set `isRunning`.
  private nonisolated(unsafe) let session: Session
  private let state = Mutex(State())

  private struct State {
    var isRunning = false
    var isCancelled = false
  }

  init(_ model: Model, threadCount: Int?) {
    self.model = model
    session = Session(model, threadCount: threadCount)
  }

  /// Runs `body` unless another call runs.
  func run(_ body: (Session) throws(CallFault) -> Void) throws(CallFault) {
    let isFree = state.withLock { state in
      let isFree = !state.isRunning
      if isFree { state = State(isRunning: true) }
      return isFree
    }
    guard isFree else { throw CallFault(LH_BUSY, "the context is running already") }
    defer { state.withLock { $0.isRunning = false } }
    try body(session)
  }

  /// Whether the run of this moment shall end.
  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// Makes the run of this moment end.
  func cancel() { state.withLock { $0.isCancelled = $0.isRunning } }
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
