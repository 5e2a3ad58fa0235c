/// IEEE 754 half precision (1 sign bit, 5 exponent bits, 10 fraction bits), eight numbers at a time.
///
/// Integer arithmetic and two float operations that are exact, so that the result does not depend on whether the
/// processor can convert halves, and no library function is called for each number.
enum HalfPrecision {
  typealias Lane = SIMD8<UInt32>

  /// The float32 with the same value; every half has one.
  @inline(__always)
  static func widened(_ half: SIMD8<UInt16>) -> SIMD8<Float> {
    let bits = Lane(truncatingIfNeeded: half)
    let magnitude = bits & 0x7fff
    // Read as a float32, the shifted bits are too small by 2^112; this holds for subnormal halves too.
    let scaled = unsafeBitCast(magnitude &<< 13, to: SIMD8<Float>.self) * 0x1p112
    let finite = unsafeBitCast(scaled, to: Lane.self)
    let special = (magnitude &<< 13) | 0x7f80_0000
    let result = finite.replacing(with: special, where: magnitude .>= 0x7c00)
    return unsafeBitCast(result | ((bits & 0x8000) &<< 16), to: SIMD8<Float>.self)
  }

  /// The nearest half; ties go to the even one, values beyond the largest half to infinity, NaN to a quiet NaN.
  @inline(__always)
  static func narrowed(_ value: SIMD8<Float>) -> SIMD8<UInt16> {
    let bits = unsafeBitCast(value, to: Lane.self)
    let magnitude = bits & 0x7fff_ffff
    let rounded = magnitude &+ 0x0fff &+ ((magnitude &>> 13) & 1)
    var half = (rounded &- 0x3800_0000) &>> 13
    half.replace(with: 0x7c00, where: magnitude .>= 0x4780_0000)
    // The spacing of floats from 0.5 to 1 is that of the subnormal halves: the addition does the rounding.
    let shifted = unsafeBitCast(magnitude, to: SIMD8<Float>.self) + 0.5
    let subnormal = unsafeBitCast(shifted, to: Lane.self) &- 0x3f00_0000
    half.replace(with: subnormal, where: magnitude .< 0x3880_0000)
    half.replace(with: 0x7e00, where: magnitude .> 0x7f80_0000)
    return SIMD8<UInt16>(truncatingIfNeeded: half | ((bits &>> 16) & 0x8000))
  }
}

/// The upper half of a float32 (1 sign bit, 8 exponent bits, 7 fraction bits), eight numbers at a time.
enum BrainFloat {
  typealias Lane = SIMD8<UInt32>

  /// The float32 with the same value; every bfloat16 has one.
  @inline(__always)
  static func widened(_ brain: SIMD8<UInt16>) -> SIMD8<Float> {
    unsafeBitCast(Lane(truncatingIfNeeded: brain) &<< 16, to: SIMD8<Float>.self)
  }

  /// The nearest bfloat16; ties go to the even one, NaN to a quiet NaN.
  @inline(__always)
  static func narrowed(_ value: SIMD8<Float>) -> SIMD8<UInt16> {
    let bits = unsafeBitCast(value, to: Lane.self)
    var rounded = (bits &+ 0x7fff &+ ((bits &>> 16) & 1)) &>> 16
    rounded.replace(with: (bits &>> 16) | 0x40, where: (bits & 0x7fff_ffff) .> 0x7f80_0000)
    return SIMD8<UInt16>(truncatingIfNeeded: rounded)
  }
}
