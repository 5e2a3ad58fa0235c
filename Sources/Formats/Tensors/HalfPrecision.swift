/// IEEE 754 half precision: 1 sign bit, 5 exponent bits, 10 fraction bits.
///
/// Integer arithmetic and two float operations that are exact: the result does not depend on whether the processor can
/// convert halves, no library function is called for each number, and without a branch loops over it run in vectors.
enum HalfPrecision {
  /// The bits of the float32 with the same value; every half has one.
  @inline(__always)
  static func widened(_ half: UInt16) -> UInt32 {
    let bits = Int32(half)
    let magnitude = bits & 0x7fff
    // Read as a float32, the shifted bits are too small by 2^112; this holds for subnormal halves too.
    let scaled = Float(bitPattern: UInt32(bitPattern: magnitude &<< 13)) * 0x1p112
    let special = (magnitude &<< 13) | 0x7f80_0000
    let result = magnitude >= 0x7c00 ? special : Int32(bitPattern: scaled.bitPattern)
    return UInt32(bitPattern: result | ((bits & 0x8000) &<< 16))
  }

  /// The nearest half; ties go to the even one, values beyond the largest half to infinity, NaN to a quiet NaN.
  @inline(__always)
  static func narrowed(_ value: UInt32) -> UInt16 {
    let bits = Int32(bitPattern: value)
    let magnitude = bits & 0x7fff_ffff
    let rounded = magnitude &+ 0x0fff &+ ((magnitude &>> 13) & 1)
    var half = (rounded &- 0x3800_0000) &>> 13
    // The spacing of floats from 0.5 to 1 is that of the subnormal halves: the addition does the rounding.
    let shifted = Float(bitPattern: UInt32(bitPattern: magnitude)) + 0.5
    let subnormal = Int32(bitPattern: shifted.bitPattern) &- 0x3f00_0000
    half = magnitude >= 0x4780_0000 ? 0x7c00 : half
    half = magnitude < 0x3880_0000 ? subnormal : half
    half = magnitude > 0x7f80_0000 ? 0x7e00 : half
    return UInt16(truncatingIfNeeded: half | ((bits &>> 16) & 0x8000))
  }
}

/// The upper half of a float32: 1 sign bit, 8 exponent bits, 7 fraction bits.
enum BrainFloat {
  /// The bits of the float32 with the same value; every bfloat16 has one.
  @inline(__always)
  static func widened(_ brain: UInt16) -> UInt32 { UInt32(brain) &<< 16 }

  /// The nearest bfloat16; ties go to the even one, NaN to a quiet NaN.
  @inline(__always)
  static func narrowed(_ value: UInt32) -> UInt16 {
    let rounded = (value &+ 0x7fff &+ ((value &>> 16) & 1)) &>> 16
    let isNaN = Int32(bitPattern: value & 0x7fff_ffff) > 0x7f80_0000
    return UInt16(truncatingIfNeeded: isNaN ? (value &>> 16) | 0x40 : rounded)
  }
}
