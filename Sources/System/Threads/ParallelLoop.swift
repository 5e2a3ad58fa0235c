/// Calls `body` once with each of 0..<count, on as many threads as there are processors and on fewer where the system
/// gives no more; returns when all calls have.
///
/// What libdispatch's `concurrentPerform` is. That one waits for ever for a thread that the system does not give.
public func inParallel(_ count: Int, _ body: @Sendable (Int) -> Void) {
  let next = Locked(0)
  withoutActuallyEscaping(body) { body in
    let work = { @Sendable in
      while true {
        let index = next.withLock { next in
          defer { next += 1 }
          return next
        }
        guard index < count else { return }
        body(index)
      }
    }
    var helpers: [RunningThread] = []
    while helpers.count < min(count, usableProcessorCount) - 1, let helper = RunningThread(work) {
      helpers.append(helper)
    }
    work()
    for helper in helpers { helper.join() }
  }
}
