/// 2^y for -126 <= y <= 126: a polynomial on [-1/2, 1/2], its exponent raised by the nearest integer. The relative error
/// is below 1.2e-7.
@inline(__always)
func exp2(_ y: Vector) -> Vector {
  // Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the low bits. SIMD conversions of Float to Int32
  // would be a call for each lane.
  let magic = Vector(repeating: 12_582_912)
  let rounded = y + magic
  return exp2(fraction: y - (rounded - magic), rounded: rounded)
}

/// 2^(fraction + n), where `rounded` holds n in its low bits and |fraction| <= 1/2.
@inline(__always)
func exp2(fraction: Vector, rounded: Vector) -> Vector {
  var p = Vector(repeating: 0.0013276472454890609)
  p = multiplyAdd(Vector(repeating: 0.009675541892647743), p, fraction)
  p = multiplyAdd(Vector(repeating: 0.05550713092088699), p, fraction)
  p = multiplyAdd(Vector(repeating: 0.24022120237350464), p, fraction)
  p = multiplyAdd(Vector(repeating: 0.6931469440460205), p, fraction)
  p = multiplyAdd(Vector(repeating: 1), p, fraction)
  let bits = unsafeBitCast(p, to: IntVector.self) &+ (unsafeBitCast(rounded, to: IntVector.self) &<< 23)
  return unsafeBitCast(bits, to: Vector.self)
}

/// e^x for x <= 0; 0 below -87, where a Float's exponent ends.
@inline(__always)
func expOfNegative(_ x: Vector) -> Vector {
  let magic = Vector(repeating: 12_582_912)
  let log2e = Vector(repeating: 1.4426950408889634)
  let least = Vector(repeating: -87)
  let isTiny = x .< least
  let bounded = x.replacing(with: least, where: isTiny)
  let rounded = multiplyAdd(magic, bounded, log2e)
  // One rounding for the fraction instead of two: x is large when the product is.
  let fraction = multiplyAdd(magic - rounded, bounded, log2e)
  return exp2(fraction: fraction, rounded: rounded).replacing(with: 0, where: isTiny)
}
