/// Chance for mutations, and libFuzzer's own mutation of bytes, which knows the dictionary and what was compared.
struct Mutator {
  /// The most bytes that an input may have.
  let limit: Int
  private var state: UInt64
  private let plain: @convention(c) (UnsafeMutablePointer<UInt8>, Int, Int) -> Int

  init(
    seed: UInt64, limit: Int, plain: @convention(c) (UnsafeMutablePointer<UInt8>, Int, Int) -> Int
  ) {
    state = seed &+ 0x9e37_79b9_7f4a_7c15
    self.limit = limit
    self.plain = plain
  }

  /// A number below `count`, which is positive.
  mutating func random(_ count: Int) -> Int {
    // SplitMix64
    state &+= 0x9e37_79b9_7f4a_7c15
    var bits = state
    bits = (bits ^ bits >> 30) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
    return Int((bits ^ bits >> 31) % UInt64(count))
  }

  /// One of some values.
  mutating func choose<Value>(_ values: [Value]) -> Value { values[random(values.count)] }

  /// Some bytes, mutated as libFuzzer does.
  mutating func mutated(_ bytes: [UInt8], growth: Int = 64) -> [UInt8] {
    let capacity = bytes.count + growth
    guard capacity > 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
      guard let start = target.baseAddress else { return }
      _ = target.initialize(from: bytes)
      count = plain(start, bytes.count, capacity)
    }
  }

  /// A number as a liar would have it: near another, or at one of the borders.
  mutating func number(near value: UInt64) -> UInt64 {
    switch random(4) {
    case 0: value &+ UInt64(random(9)) &- 4
    case 1: choose([0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_ffff, 1 << 63 - 1, 1 << 63, .max])
    case 2: value ^ 1 << UInt64(random(64))
    default: value &* UInt64(1 + random(3)) &+ UInt64(random(256))
    }
  }
}
