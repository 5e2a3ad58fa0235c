import LHSystem
import Testing

@Suite struct MappingErrorTests {
  private struct Cause: Error, Equatable { let number: Int }

  private struct Wrapped: Error, Equatable {
    let cause: Cause
  }

  private func half(_ number: Int) throws(Cause) -> Int {
    guard number.isMultiple(of: 2) else { throw Cause(number: number) }
    return number / 2
  }

  @Test func `What the work gives is handed on, and its error is wrapped`() throws {
    #expect(try mappingError(of: half(6), to: Wrapped.init) == 3)
    #expect(throws: Wrapped(cause: Cause(number: 7))) { try mappingError(of: half(7), to: Wrapped.init) }
  }

  @Test func `The work is done once, and only then is an error made`() throws {
    var count = 0
    func work() throws(Cause) { count += 1 }
    try mappingError(of: work()) { (_: Cause) -> Wrapped in
      Issue.record("there is no error")
      return Wrapped(cause: Cause(number: 0))
    }
    #expect(count == 1)
  }
}
