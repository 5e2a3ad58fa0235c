import LHSystem
import Testing

@Suite struct LockedTests {
  @Test func `Threads change the value one after another`() {
    let count = Locked(0)
    inParallel(8) { _ in
      for _ in 0..<1000 { count.withLock { $0 += 1 } }
    }
    #expect(count.withLock { $0 } == 8000)
  }

  @Test func `An error leaves the lock open`() {
    struct Refused: Error {}
    let value = Locked([1])
    #expect(throws: Refused.self) {
      try value.withLock { (value: inout sending [Int]) throws(Refused) in
        value.append(2)
        throw Refused()
      }
    }
    #expect(value.withLock { $0 } == [1, 2])
  }

  @Test func `The value lives as long as its lock`() {
    final class Token: Sendable {}
    weak let token: Token?
    do {
      let value = Locked(Token())
      token = value.withLock { $0 }
      #expect(token != nil)
    }
    #expect(token == nil)
  }
}
