import Kernels
import Synchronization
import Testing

@Suite struct WorkerPoolTests {
  @Test(arguments: 1...8)
  func everyTaskRunsOnce(threadCount: Int) {
    let pool = WorkerPool(threadCount: threadCount)
    #expect(pool.threadCount == threadCount)
    for count in [0, 1, 2, 3, 7, 100, 1000] {
      let runs = Mutex([Int](repeating: 0, count: count))
      let busy = Mutex(Set<Int>())
      pool.run(count) { task, worker in
        let isAlone = busy.withLock { $0.insert(worker).inserted }
        #expect(isAlone && (0..<threadCount).contains(worker), "worker \(worker)")
        runs.withLock { $0[task] += 1 }
        busy.withLock { _ = $0.remove(worker) }
      }
      let allOnce = runs.withLock { $0.allSatisfy { $0 == 1 } }
      #expect(allOnce, "\(count) tasks on \(threadCount) threads")
    }
  }

  @Test func manyShortRoundsEnd() {
    let pool = WorkerPool(threadCount: 3)
    let total = Atomic<Int>(0)
    for _ in 0..<20_000 { pool.run(4) { task, _ in total.add(task, ordering: .relaxed) } }
    #expect(total.load(ordering: .relaxed) == 20_000 * 6)
  }

  @Test func poolsEndRightAfterTheirWork() {
    let total = Atomic<Int>(0)
    for _ in 0..<200 { WorkerPool(threadCount: 4).run(8) { _, _ in total.add(1, ordering: .relaxed) } }
    for _ in 0..<200 { _ = WorkerPool(threadCount: 4) }
    #expect(total.load(ordering: .relaxed) == 1600)
  }

  @Test func whatWorkersWriteIsSeenAfterwards() {
    let pool = WorkerPool(threadCount: 4)
    let buffer = AlignedBuffer(count: 4096)
    nonisolated(unsafe) let start = buffer.start
    for round in 1...200 {
      pool.run(64) { task, _ in
        for n in 0..<64 { start[task * 64 + n] = Float(round) }
      }
      let isSeen = (0..<4096).allSatisfy { start[$0] == Float(round) }
      #expect(isSeen, "round \(round)")
    }
  }
}
