import Glibc
import LHSystemC
import Synchronization

/// Threads that wait for work, run it together with the caller, and wait again.
///
/// A wake-up must cost far less than the smallest piece of work (some 50 microseconds): the workers spin briefly and
/// then sleep on a condition, so that a busy machine is not made busier. One caller at a time.
package final class WorkerPool: @unchecked Sendable {
  /// Number of threads that run a piece of work, the caller among them.
  package let threadCount: Int

  /// Pieces of work that several threads ran so far. Each allocates one small object, which carries a closure that must
  /// not escape to other threads.
  package private(set) var sharedCount = 0

  /// Set by the caller for the runs that it may end early: after it is cancelled no further task is begun, and what the
  /// tasks should have computed must not be used.
  package var cancellation: Cancellation?

  private var helpers: Helpers

  /// A pool; `threadCount - 1` threads are started.
  package init(threadCount: Int) {
    self.threadCount = max(threadCount, 1)
    helpers = Helpers(count: self.threadCount - 1)
  }

  /// Runs `body(task, worker)` once for each task in 0..<count, on all threads; returns when all are done. `worker` is
  /// in 0..<threadCount and no two calls with the same worker run at the same time.
  package func run(_ count: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
    guard let cancellation else { return runAll(count, body) }
    runAll(count) { task, worker in
      if !cancellation.isCancelled { body(task, worker) }
    }
  }

  private func runAll(_ count: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
    if helpers.count == 0 || count <= 1 {
      for task in 0..<count { body(task, 0) }
    } else {
      if !helpers.areAlive { helpers = helpers.replaced() }
      sharedCount += 1
      withoutActuallyEscaping(body) { helpers.run(count, $0) }
    }
  }
}

/// The threads of a pool but the caller's.
private final class Helpers {
  /// How many there are; fewer than were asked for where the system gives no more, and the work is done by those.
  var count: Int { threads.count }

  private let state = WorkerState()
  private var threads: [pthread_t] = []
  /// The process that has them.
  private let process = process_depth()

  init(count: Int) {
    for worker in 0..<count {
      let start = Unmanaged.passRetained(WorkerStart(state: state, worker: worker + 1))
      var thread = pthread_t()
      let code = pthread_create(
        &thread, nil,
        { argument in
          let start = Unmanaged<WorkerStart>.fromOpaque(argument!).takeRetainedValue()
          start.state.work(as: start.worker)
          return nil
        }, start.toOpaque())
      guard code == 0 else {
        start.release()
        break
      }
      threads.append(thread)
    }
  }

  deinit {
    // A process that was forked has none of these threads, and would wait for them for ever.
    guard areAlive else { return state.abandon() }
    state.stop()
    for thread in threads { pthread_join(thread, nil) }
  }

  /// Whether this is the process that started them: after a fork the child has their memory alone.
  var areAlive: Bool { process == process_depth() }

  /// As many again, for this process.
  func replaced() -> Helpers { Helpers(count: count) }

  func run(_ tasks: Int, _ body: @escaping (Int, Int) -> Void) { state.run(tasks, helpers: count, body) }
}

private final class WorkerStart {
  let state: WorkerState
  let worker: Int

  init(state: WorkerState, worker: Int) {
    self.state = state
    self.worker = worker
  }
}

/// What the threads of a pool share.
private final class WorkerState: @unchecked Sendable {
  private let round = Atomic<Int>(0)
  private let nextTask = Atomic<Int>(0)
  private let working = Atomic<Int>(0)
  private let sleeping = Atomic<Int>(0)
  private let stops = Atomic<Bool>(false)
  private let mutex: UnsafeMutablePointer<pthread_mutex_t> = .allocate(capacity: 1)
  private let wake: UnsafeMutablePointer<pthread_cond_t> = .allocate(capacity: 1)
  private let done: UnsafeMutablePointer<pthread_cond_t> = .allocate(capacity: 1)
  // Written by the caller before `round` is raised and read by workers after they have seen it raised.
  private var count = 0
  private var body: ((Int, Int) -> Void)?

  /// Looks at a condition this often before sleeping: about 20 microseconds.
  private static let spins = 1000

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
    pthread_cond_init(done, nil)
  }

  deinit {
    pthread_cond_destroy(wake)
    pthread_cond_destroy(done)
    pthread_mutex_destroy(mutex)
    wake.deallocate()
    done.deallocate()
    mutex.deallocate()
  }

  func run(_ count: Int, helpers: Int, _ body: @escaping (Int, Int) -> Void) {
    self.count = count
    self.body = body
    nextTask.store(0, ordering: .relaxed)
    working.store(helpers, ordering: .relaxed)
    startRound()
    takeTasks(as: 0)
    var spins = 0
    while working.load(ordering: .acquiring) > 0 && spins < WorkerState.spins {
      cpu_relax()
      spins += 1
    }
    if working.load(ordering: .acquiring) > 0 {
      pthread_mutex_lock(mutex)
      while working.load(ordering: .acquiring) > 0 { pthread_cond_wait(done, mutex) }
      pthread_mutex_unlock(mutex)
    }
    self.body = nil
  }

  /// Leaves the memory as it is, for ever: in it threads of another process sleep, and ending what they sleep on would
  /// wait for them.
  func abandon() { _ = Unmanaged.passRetained(self) }

  func stop() {
    stops.store(true, ordering: .relaxed)
    startRound()
  }

  private func startRound() {
    round.add(1, ordering: .sequentiallyConsistent)
    if sleeping.load(ordering: .sequentiallyConsistent) > 0 {
      pthread_mutex_lock(mutex)
      pthread_cond_broadcast(wake)
      pthread_mutex_unlock(mutex)
    }
  }

  private func takeTasks(as worker: Int) {
    guard let body else { return }
    while true {
      let task = nextTask.add(1, ordering: .relaxed).oldValue
      if task >= count { return }
      body(task, worker)
    }
  }

  func work(as worker: Int) {
    var seen = 0
    while true {
      waitForRound(after: seen)
      seen += 1
      if stops.load(ordering: .relaxed) { return }
      takeTasks(as: worker)
      if working.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
        pthread_mutex_lock(mutex)
        pthread_cond_signal(done)
        pthread_mutex_unlock(mutex)
      }
    }
  }

  private func waitForRound(after seen: Int) {
    for _ in 0..<WorkerState.spins {
      if round.load(ordering: .acquiring) > seen { return }
      cpu_relax()
    }
    pthread_mutex_lock(mutex)
    sleeping.add(1, ordering: .sequentiallyConsistent)
    while round.load(ordering: .sequentiallyConsistent) <= seen { pthread_cond_wait(wake, mutex) }
    sleeping.subtract(1, ordering: .relaxed)
    pthread_mutex_unlock(mutex)
  }
}
