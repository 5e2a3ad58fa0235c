import LHSystem
import Testing

@Suite struct ParallelLoopTests {
  @Test(arguments: [0, 1, 2, 3, 100]) func `Each index comes once`(count: Int) {
    let seen = Locked([Int](repeating: 0, count: count))
    inParallel(count) { index in seen.withLock { $0[index] += 1 } }
    #expect(seen.withLock { $0 } == [Int](repeating: 1, count: count))
  }

  @Test func `A loop within a loop`() {
    let sum = Locked(0)
    inParallel(10) { outer in
      inParallel(10) { inner in sum.withLock { $0 += 10 * outer + inner } }
    }
    #expect(sum.withLock { $0 } == 4950)
  }

  @Test func `Whoever waits for a thread sees what it did`() throws {
    let value = Locked(0)
    let thread = try #require(RunningThread { value.withLock { $0 = 1 } })
    inParallel(8) { _ in
      thread.join()
      #expect(value.withLock { $0 } == 1)
    }
  }

  @Test func `A thread that nobody waits for ends and frees what it holds`() throws {
    final class Token: Sendable {}
    let started = Locked(false)
    let ends = Locked(false)
    weak let held: Token?
    do {
      let token = Token()
      held = token
      _ = try #require(
        RunningThread {
          withExtendedLifetime(token) {
            started.withLock { $0 = true }
            while !ends.withLock({ $0 }) {}
          }
        })
    }
    while !started.withLock({ $0 }) {}
    #expect(held != nil)
    ends.withLock { $0 = true }
    while held != nil {}
  }
}
