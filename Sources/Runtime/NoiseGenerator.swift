/// White noise, always the same: a linear congruential generator, whose higher bits are the better ones (Knuth, MMIX).
package struct NoiseGenerator: RandomNumberGenerator {
  private var state: UInt64 = 0x9e37_79b9_7f4a_7c15

  /// The noise from its beginning.
  package init() {}

  /// The next 64 bits.
  package mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state
  }
}
