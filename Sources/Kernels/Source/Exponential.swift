/// Adding it rounds a float of at most 2^22 to the nearest integer and leaves that integer in the low bits. SIMD
/// conversions of Float to Int32 would be a call for each lane.
@inline(__always) var roundingShift: Float { 12_582_912 }  // 1.5 * 2^23

/// 2^(fraction + n) for |fraction| <= 1/2, where `shifted` is n plus `roundingShift`; the result must not be subnormal.
/// The relative error is below 1e-7, 2e-9 of it the polynomial's.
@inline(__always)
func exp2(fraction: Vector, shifted: Vector) -> Vector {
  var p = Vector(repeating: 0.0001535336923552677)
  p = multiplyAdd(Vector(repeating: 0.001339887734502554), p, fraction)
  p = multiplyAdd(Vector(repeating: 0.00961843691766262), p, fraction)
  p = multiplyAdd(Vector(repeating: 0.055503323674201965), p, fraction)
  p = multiplyAdd(Vector(repeating: 0.24022647738456726), p, fraction)
  p = multiplyAdd(Vector(repeating: 0.6931471824645996), p, fraction)
  p = multiplyAdd(Vector(repeating: 1), p, fraction)
  let bits = unsafeBitCast(p, to: IntVector.self) &+ (unsafeBitCast(shifted, to: IntVector.self) &<< 23)
  return unsafeBitCast(bits, to: Vector.self)
}

/// 2^(left * right + addend) between 2^-126 and 2^126. The exponent is never rounded to a float: with fused operations
/// its fraction has one rounding, of its own size.
@inline(__always)
func exp2(product left: Vector, _ right: Vector, plus addend: Float) -> Vector {
  let shift = Vector(repeating: roundingShift)
  let shifted = multiplyAdd(Vector(repeating: roundingShift + addend), left, right)
  return exp2(fraction: multiplyAdd((shift - shifted) + addend, left, right), shifted: shifted)
}

/// e^x for x <= 0; 0 below -87, where a Float's exponent ends.
///
/// The error is below 7.5e-8, and relative to e^x below 1e-7 + 1.4e-8 |x|: the factor's own rounding grows with x.
/// Without fused operations it is 1.1e-7 + 7.4e-8 |x|.
@inline(__always)
func expOfNegative(_ x: Vector) -> Vector {
  let least = Vector(repeating: -87)
  let isTiny = x .< least
  let bounded = x.replacing(with: least, where: isTiny)
  return exp2(product: bounded, Vector(repeating: 1.4426950408889634), plus: 0).replacing(with: 0, where: isTiny)
}
