import KernelTypes

/// See `QuantizeRows`.
func quantizeRows(_ rows: QuantizeRows) {
  for row in 0..<rows.rows {
    let x = rows.x + row &* rows.xStride
    let q = rows.q + row &* rows.qStride
    let parameters = rows.parameters + row &* rows.parameterStride
    if let mask = rows.mask {
      parameters.pointee = quantizeRow(
        rows.width, q, vector: { load(x + $0) * load(mask + $0) }, element: { x[$0] * mask[$0] })
    } else {
      parameters.pointee = quantizeRow(rows.width, q, vector: { load(x + $0) }, element: { x[$0] })
    }
  }
}

/// Quantises a row whose elements `vector` and `element` give: some at a place, or one.
@inline(__always)
private func quantizeRow(
  _ width: Int, _ q: UnsafeMutablePointer<UInt8>, vector: (Int) -> Vector, element: (Int) -> Float
) -> RowQuantization {
  let (low, high, excess) = extremes(width, vector: vector, element: element)
  let range = high - low + excess
  guard range >= QuantizeRows.leastRange, range < .infinity else {
    for n in 0..<(width &+ 3) / 4 &* 4 { q[n] = 0 }
    return RowQuantization(scale: range < .infinity ? 0 : .nan, zero: 0)
  }
  let inverse = 255 / range
  let zero = integer(-low * inverse)
  let zeros = IntVector(repeating: zero)
  @inline(__always)
  func integers(_ n: Int) -> IntVector { nearestIntegers(vector(n) * inverse) &+ zeros }
  var n = 0
  while n &+ 4 &* lanes <= width {
    let bytes = unsignedBytes(
      integers(n), integers(n &+ lanes), integers(n &+ 2 &* lanes), integers(n &+ 3 &* lanes))
    UnsafeMutableRawPointer(q + n).storeBytes(of: bytes, as: IntVector.self)
    n &+= 4 &* lanes
  }
  while n < width {
    let value = integer(element(n) * inverse) &+ zero
    q[n] = UInt8(truncatingIfNeeded: value < 0 ? 0 : value > 255 ? 255 : value)
    n &+= 1
  }
  while n % 4 != 0 {
    q[n] = 0
    n &+= 1
  }
  return RowQuantization(scale: range / 255, zero: zero)
}

/// The smallest and the largest element, 0 among them, and a third number: 0, or NaN when any is not finite.
@inline(__always)
private func extremes(
  _ width: Int, vector: (Int) -> Vector, element: (Int) -> Float
) -> (low: Float, high: Float, excess: Float) {
  var (low0, low1, high0, high1, excess0, excess1) = (
    Vector.zero, Vector.zero, Vector.zero, Vector.zero, Vector.zero, Vector.zero
  )
  var n = 0
  while n &+ 2 &* lanes <= width {
    let x0 = vector(n)
    let x1 = vector(n &+ lanes)
    low0.replace(with: x0, where: x0 .< low0)
    low1.replace(with: x1, where: x1 .< low1)
    high0.replace(with: x0, where: x0 .> high0)
    high1.replace(with: x1, where: x1 .> high1)
    excess0 = multiplyAdd(excess0, x0, .zero)
    excess1 = multiplyAdd(excess1, x1, .zero)
    n &+= 2 &* lanes
  }
  low0.replace(with: low1, where: low1 .< low0)
  high0.replace(with: high1, where: high1 .> high0)
  var low = -largest(-low0)
  var high = largest(high0)
  var excess = sum(excess0 + excess1)
  while n < width {
    let x = element(n)
    if x < low { low = x }
    if x > high { high = x }
    excess += x * 0
    n &+= 1
  }
  return (low, high, excess)
}

/// Signed bytes with one scale; see `KernelSet.quantizeSymmetric`.
func quantizeSymmetric(
  _ x: UnsafePointer<Float>, _ count: Int, _ q: UnsafeMutablePointer<Int8>
) -> (scale: Float, sum: Int32) {
  let (low, high, excess) = extremes(count, vector: { load(x + $0) }, element: { x[$0] })
  let largest = (-low > high ? -low : high) + excess
  let scale = largest / 127
  guard scale > 0, scale < .infinity else {
    for n in 0..<count { q[n] = 0 }
    return (scale < .infinity ? 0 : .nan, 0)
  }
  // A subnormal scale has too few bits for quotients of at most 127.
  let most = Vector(repeating: 127)
  @inline(__always)
  func integers(_ n: Int) -> IntVector {
    var quotients = load(x + n) / Vector(repeating: scale)
    quotients.replace(with: most, where: quotients .> most)
    quotients.replace(with: -most, where: quotients .< -most)
    return nearestIntegers(quotients)
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
  return (scale, sum)
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

/// See `KernelSet.roundToBFloat16`.
func roundToBFloat16(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<UInt16>, _ count: Int) {
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

/// Floats whose upper halves are the nearest bfloat16.
@inline(__always)
private func rounded(_ x: Vector) -> IntVector {
  let bits = unsafeBitCast(x, to: IntVector.self)
  let rounded = (bits &+ 0x7fff) &+ (bits &>> 16 & 1)
  return rounded.replacing(with: bits | 0x40_0000, where: x .!= x)
}
