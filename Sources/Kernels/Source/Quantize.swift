import LHKernelTypes

/// See `QuantizeRows`.
func quantizeRows(_ rows: QuantizeRows) {
  for row in 0..<rows.rows {
    let x = MaskedRow(x: rows.x + row &* rows.xStride, mask: rows.mask)
    rows.parameters[row &* rows.parameterStride] = quantize(x, rows.width, rows.q + row &* rows.qStride)
  }
}

/// Floats times a mask, if there is one.
private struct MaskedRow {
  let x: UnsafePointer<Float>
  let mask: UnsafePointer<Float>?

  @inline(__always)
  func vector(_ n: Int) -> Vector {
    if let mask { load(x + n) * load(mask + n) } else { load(x + n) }
  }

  @inline(__always)
  func element(_ n: Int) -> Float {
    if let mask { x[n] * mask[n] } else { x[n] }
  }
}

@inline(__always)
private func quantize(_ x: MaskedRow, _ width: Int, _ q: UnsafeMutablePointer<UInt8>) -> RowQuantization {
  let (low, high) = extremes(x, width)
  let range = high - low
  guard range >= QuantizeRows.leastRange, range < .infinity else {
    for n in 0..<(width &+ 3) / 4 &* 4 { q[n] = 0 }
    return RowQuantization(scale: range < .infinity ? 0 : .nan, zero: 0)
  }
  let inverse = 255 / range
  let zero = integer(-low * inverse)
  let factor = Vector(repeating: inverse)
  let zeros = IntVector(repeating: zero)
  var n = 0
  while n &+ 4 &* lanes <= width {
    let bytes = unsignedBytes(
      nearestIntegers(x.vector(n) * factor) &+ zeros,
      nearestIntegers(x.vector(n &+ lanes) * factor) &+ zeros,
      nearestIntegers(x.vector(n &+ 2 &* lanes) * factor) &+ zeros,
      nearestIntegers(x.vector(n &+ 3 &* lanes) * factor) &+ zeros)
    UnsafeMutableRawPointer(q + n).storeBytes(of: bytes, as: IntVector.self)
    n &+= 4 &* lanes
  }
  while n < width {
    let value = integer(x.element(n) * inverse) &+ zero
    q[n] = UInt8(truncatingIfNeeded: value < 0 ? 0 : value > 255 ? 255 : value)
    n &+= 1
  }
  while n % 4 != 0 {
    q[n] = 0
    n &+= 1
  }
  return RowQuantization(scale: range / 255, zero: zero)
}

/// The smallest and the largest element, 0 among them; one of them is not finite when any element is not.
///
/// They are found among the bits, as integers: positive floats are ordered like signed ones, those with a sign like
/// unsigned ones by their size, and a NaN is beyond infinity.
@inline(__always)
private func extremes(_ x: MaskedRow, _ width: Int) -> (low: Float, high: Float) {
  // Two of each, which do not wait for each other.
  var (low0, low1) = (IntVector(repeating: .min), IntVector(repeating: .min))
  var (high0, high1) = (IntVector.zero, IntVector.zero)
  var n = 0
  while n &+ 2 &* lanes <= width {
    let x0 = unsafeBitCast(x.vector(n), to: IntVector.self)
    let x1 = unsafeBitCast(x.vector(n &+ lanes), to: IntVector.self)
    low0 = largerUnsigned(low0, x0)
    low1 = largerUnsigned(low1, x1)
    high0 = larger(high0, x0)
    high1 = larger(high1, x1)
    n &+= 2 &* lanes
  }
  var low = largestUnsigned(largerUnsigned(low0, low1))
  var high = largest(larger(high0, high1))
  while n < width {
    let bits = x.element(n).bitPattern
    low = low > bits ? low : bits
    high = high > Int32(bitPattern: bits) ? high : Int32(bitPattern: bits)
    n &+= 1
  }
  return (Float(bitPattern: low), Float(bitPattern: UInt32(bitPattern: high)))
}

/// See `QuantizeColumn`.
func quantizeColumn(_ column: QuantizeColumn) -> ColumnQuantization {
  let (x, count, q) = (column.x, column.count, column.q)
  let (low, high) = extremes(MaskedRow(x: x, mask: nil), count)
  let isFinite = high - high == low - low
  let scale = (-low > high ? -low : high) / 127
  guard isFinite, scale > 0 else {
    for n in 0..<count { q[n] = 0 }
    return ColumnQuantization(scale: isFinite ? 0 : .nan, sum: 0)
  }
  @inline(__always)
  func integers(_ n: Int) -> IntVector {
    nearestIntegers(clamped(load(x + n) / Vector(repeating: scale)))
  }
  var sums = IntVector.zero
  var n = 0
  while n &+ 4 &* lanes <= count {
    let (a, b, c, d) = (
      integers(n), integers(n &+ lanes), integers(n &+ 2 &* lanes), integers(n &+ 3 &* lanes)
    )
    sums &+= (a &+ b) &+ (c &+ d)
    UnsafeMutableRawPointer(q + n).storeBytes(of: signedBytes(a, b, c, d), as: IntVector.self)
    n &+= 4 &* lanes
  }
  var sum: Int32 = 0
  for lane in 0..<lanes { sum &+= sums[lane] }
  while n < count {
    let quotient = x[n] / scale
    let value = integer(quotient > 127 ? 127 : quotient < -127 ? -127 : quotient)
    q[n] = Int8(truncatingIfNeeded: value)
    sum &+= value
    n &+= 1
  }
  return ColumnQuantization(scale: scale, sum: sum)
}

/// Quotients by a scale; a subnormal scale has too few bits for those of at most 127.
@inline(__always)
private func clamped(_ x: Vector) -> Vector {
  let most = Vector(repeating: 127)
  return smaller(larger(x, -most), most)
}

/// The nearest integers, ties to even, of floats up to 2^22.
@inline(__always)
private func nearestIntegers(_ x: Vector) -> IntVector {
  let shifted = x + Vector(repeating: roundingShift)
  return unsafeBitCast(shifted, to: IntVector.self) &- IntVector(repeating: Int32(roundingShift.bitPattern))
}

@inline(__always)
private func integer(_ x: Float) -> Int32 {
  Int32(bitPattern: (x + roundingShift).bitPattern) &- Int32(roundingShift.bitPattern)
}

/// See `BFloat16Rounding`.
func roundToBFloat16(_ rounding: BFloat16Rounding) {
  let (x, y, count) = (rounding.x, rounding.y, rounding.count)
  var n = 0
  while n &+ 2 &* lanes <= count {
    let halves = upperHalves(rounded(load(x + n)), rounded(load(x + (n &+ lanes))))
    UnsafeMutableRawPointer(y + n).storeBytes(of: halves, as: IntVector.self)
    n &+= 2 &* lanes
  }
  while n < count {
    let bits = x[n].bitPattern
    let rounded = bits &+ 0x7fff &+ (bits &>> 16 & 1)
    y[n] = UInt16(truncatingIfNeeded: (x[n] == x[n] ? rounded : bits | 0x40_0000) &>> 16)
    n &+= 1
  }
}

/// Words whose upper halves are the nearest bfloat16; ties to even, a NaN stays one.
@inline(__always)
func rounded(_ x: Vector) -> IntVector {
  let bits = unsafeBitCast(x, to: IntVector.self)
  let rounded = (bits &+ 0x7fff) &+ (bits &>> 16 & 1)
  return rounded.replacing(with: bits | 0x40_0000, where: x .!= x)
}
