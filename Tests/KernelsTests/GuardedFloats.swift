import Glibc
import Testing

/// Memory for a kernel with guards on both sides and, after the last one, a page that may not be touched.
///
/// Guards are NaN with a payload: what is read from them shows in the results, what is written over them shows in
/// `expectOnly`. With `isFenced` the page follows the last value at once, so that reading one float too many stops the
/// tests.
final class GuardedFloats {
  /// The first value.
  let start: UnsafeMutablePointer<Float>
  /// Number of values between the guards.
  let count: Int

  private let memory: UnsafeMutableRawPointer
  private let byteCount: Int
  private let guards: [UnsafeMutableBufferPointer<Float>]
  private let before: [UInt32]

  static let guardPattern: UInt32 = 0x7fc0_dead
  private static let guardCount = 80

  init(_ values: [Float], isFenced: Bool = false) {
    let page = sysconf(Int32(_SC_PAGESIZE))
    let after = isFenced ? 0 : GuardedFloats.guardCount
    let bytes = (GuardedFloats.guardCount + values.count + after) * 4
    let usable = (bytes + page - 1) / page * page
    byteCount = usable + page
    guard let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      memory != MAP_FAILED, mprotect(memory + usable, page, PROT_NONE) == 0
    else { fatalError("no memory for a test") }
    self.memory = memory
    count = values.count
    let first = (memory + (usable - (values.count + after) * 4)).assumingMemoryBound(to: Float.self)
    start = first
    guards = [
      UnsafeMutableBufferPointer(start: first - GuardedFloats.guardCount, count: GuardedFloats.guardCount),
      UnsafeMutableBufferPointer(start: first + values.count, count: after),
    ]
    for part in guards { part.update(repeating: Float(bitPattern: GuardedFloats.guardPattern)) }
    values.withUnsafeBufferPointer { values in
      if let base = values.baseAddress { first.update(from: base, count: values.count) }
    }
    before = values.map(\.bitPattern)
  }

  deinit { munmap(memory, byteCount) }

  /// The values as they are now.
  var values: [Float] { Array(UnsafeBufferPointer(start: start, count: count)) }

  /// Records an issue when anything but the places that `isOutput` names was written.
  func expectOnly(
    _ what: @autoclosure () -> String, sourceLocation: SourceLocation = #_sourceLocation, _ isOutput: (Int) -> Bool
  ) {
    for (part, side) in zip(guards, ["before", "after"]) {
      for (place, value) in part.enumerated() where value.bitPattern != GuardedFloats.guardPattern {
        Issue.record("\(what()): wrote \(side) its memory, guard \(place)", sourceLocation: sourceLocation)
        return
      }
    }
    for place in 0..<count where start[place].bitPattern != before[place] && !isOutput(place) {
      Issue.record(
        "\(what()): wrote to place \(place), which is not its own", sourceLocation: sourceLocation)
      return
    }
  }
}

/// A NaN that no kernel may let through from memory it should not use.
let poison = Float(bitPattern: GuardedFloats.guardPattern)
