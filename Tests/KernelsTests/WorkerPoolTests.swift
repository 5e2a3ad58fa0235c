import Glibc
import LHKernels
import Synchronization
import Testing

@Suite struct WorkerPoolTests {
  @Test(.timeLimit(.minutes(2)), arguments: 1...8)
  func everyTaskRunsOnceAndWorkersDoNotMeet(_ threads: Int) {
    let pool = WorkerPool(threadCount: threads)
    #expect(pool.threadCount == threads)
    for count in [0, 1, 2, 3, 7, 8, 9, 64, 1000] {
      let round = RoundCounts(tasks: count, workers: threads)
      for repetition in 1...50 {
        pool.run(count) { task, worker in round.work(task, worker) }
        #expect(round.isComplete(repetition), "\(threads) threads, \(count) tasks, round \(repetition)")
      }
      #expect(!round.hasMet, "\(threads) threads, \(count) tasks: two tasks of one worker at a time")
    }
  }

  @Test(.timeLimit(.minutes(2)), arguments: [2, 3, 8])
  func twentyThousandShortRounds(_ threads: Int) {
    let pool = WorkerPool(threadCount: threads)
    // Written by the caller between the rounds and by the tasks within them, without atomics: a round has to order
    // both.
    var input = 0
    let slots = UnsafeMutablePointer<Int>.allocate(capacity: threads + 1)
    defer { slots.deallocate() }
    slots.initialize(repeating: 0, count: threads + 1)
    var faults = 0
    for round in 1...20_000 {
      input = round
      pool.run(threads + 1) { task, _ in slots[task] = input * (task + 1) }
      for task in 0...threads where slots[task] != round * (task + 1) { faults += 1 }
      // Now and then long enough for the workers to fall asleep, or just about to.
      if round % 500 == 0 { usleep(200) }
      if round % 7 == 0 { for _ in 0..<round % 3000 { _ = input.byteSwapped } }
    }
    #expect(faults == 0, "\(threads) threads")
  }

  @Test(.timeLimit(.minutes(2)), arguments: [1, 2, 4, 8])
  func poolsEndAtAnyTime(_ threads: Int) {
    for round in 0..<500 {
      let pool = WorkerPool(threadCount: threads)
      let counts = RoundCounts(tasks: 5, workers: threads)
      for _ in 0..<round % 3 { pool.run(5) { task, worker in counts.work(task, worker) } }
      #expect(counts.isComplete(round % 3))
      if round % 50 == 0 { usleep(300) }
    }
  }

  @Test(.timeLimit(.minutes(2)), arguments: [1, 3])
  func noTaskBeginsAfterACancellation(_ threads: Int) {
    let pool = WorkerPool(threadCount: threads)
    let cancellation = Cancellation()
    pool.cancellation = cancellation
    let begun = Atomic<Int>(0)
    pool.run(1000) { task, _ in
      begun.add(1, ordering: .relaxed)
      // All threads are here before any goes on, so that none can have begun a second task.
      while begun.load(ordering: .relaxed) < threads {}
      cancellation.cancel()
    }
    #expect(begun.load(ordering: .relaxed) == threads)
    pool.run(1000) { _, _ in begun.add(1, ordering: .relaxed) }
    #expect(begun.load(ordering: .relaxed) == threads)
    pool.cancellation = nil
    pool.run(1000) { _, _ in begun.add(1, ordering: .relaxed) }
    #expect(begun.load(ordering: .relaxed) == 1000 + threads)
  }

  @Test(.timeLimit(.minutes(2))) func manyPoolsWorkAtOnce() async {
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<4 {
        group.addTask {
          let pool = WorkerPool(threadCount: 3)
          let counts = RoundCounts(tasks: 10, workers: 3)
          for _ in 0..<1000 { pool.run(10) { task, worker in counts.work(task, worker) } }
          return counts.isComplete(1000) && !counts.hasMet
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }

  @Test func unevenTasksAreSharedOut() {
    let pool = WorkerPool(threadCount: 4)
    let counts = RoundCounts(tasks: 40, workers: 4)
    for _ in 0..<20 {
      pool.run(40) { task, worker in
        counts.work(task, worker)
        if task % 13 == 0 { usleep(500) }
      }
    }
    #expect(counts.isComplete(20))
    #expect(!counts.hasMet)
  }

  @Test(arguments: [0, -3])
  func thereIsAlwaysTheCaller(_ threads: Int) {
    let pool = WorkerPool(threadCount: threads)
    #expect(pool.threadCount == 1)
    var tasks: [Int] = []
    pool.run(5) { task, worker in
      #expect(worker == 0)
      tasks.append(task)
    }
    #expect(tasks == [0, 1, 2, 3, 4])
  }
}

/// How often each task ran, and whether a worker's number was ever in use twice.
private final class RoundCounts: @unchecked Sendable {
  private let tasks: Int
  private let workers: Int
  private let counts: UnsafeMutablePointer<Atomic<Int>>
  private let isBusy: UnsafeMutablePointer<Atomic<Bool>>
  private let met = Atomic<Bool>(false)

  init(tasks: Int, workers: Int) {
    self.tasks = tasks
    self.workers = workers
    counts = .allocate(capacity: tasks)
    isBusy = .allocate(capacity: workers)
    for task in 0..<tasks { (counts + task).initialize(to: Atomic(0)) }
    for worker in 0..<workers { (isBusy + worker).initialize(to: Atomic(false)) }
  }

  deinit {
    counts.deinitialize(count: tasks)
    isBusy.deinitialize(count: workers)
    counts.deallocate()
    isBusy.deallocate()
  }

  /// Runs a task; stops the tests when there is no such task or worker.
  func work(_ task: Int, _ worker: Int) {
    precondition((0..<tasks).contains(task) && (0..<workers).contains(worker), "task \(task), worker \(worker)")
    if isBusy[worker].exchange(true, ordering: .acquiringAndReleasing) { met.store(true, ordering: .relaxed) }
    counts[task].add(1, ordering: .relaxed)
    isBusy[worker].store(false, ordering: .releasing)
  }

  func isComplete(_ rounds: Int) -> Bool {
    (0..<tasks).allSatisfy { counts[$0].load(ordering: .relaxed) == rounds }
  }

  var hasMet: Bool { met.load(ordering: .relaxed) }
}
