import LHKernelTypes

/// See `KernelSet.pairToBFloat16`.
func pairToBFloat16(
  _ x: UnsafePointer<Float>, _ rows: Int, _ width: Int, _ stride: Int, _ y: UnsafeMutablePointer<UInt32>,
  _ yStride: Int
) {
  var row = 0
  while row < rows {
    let upper = x + row &* stride
    let hasLower = row &+ 1 < rows
    // Where there is no second row, the first one's place in memory is read instead.
    let lower = hasLower ? upper + stride : upper
    let y = UnsafeMutableRawPointer(y + row / 2 &* yStride)
    var n = 0
    while n &+ lanes <= width {
      let low = (roundedBits(load(upper + n)) &>> 16) & IntVector(repeating: 0xffff)
      let high = hasLower ? roundedBits(load(lower + n)) & IntVector(repeating: -0x1_0000) : .zero
      (y + 4 &* n).storeBytes(of: low | high, as: IntVector.self)
      n &+= lanes
    }
    while n < width {
      let low = roundedBits(Vector(repeating: upper[n]))[0] &>> 16 & 0xffff
      let high = hasLower ? roundedBits(Vector(repeating: lower[n]))[0] & -0x1_0000 : 0
      (y + 4 &* n).storeBytes(of: low | high, as: Int32.self)
      n &+= 1
    }
    row &+= 2
  }
}

/// The nearest bfloat16 in the upper half of each lane; ties to even, a NaN stays one.
@inline(__always)
private func roundedBits(_ x: Vector) -> IntVector {
  let bits = unsafeBitCast(x, to: IntVector.self)
  let rounded = bits &+ IntVector(repeating: 0x7fff) &+ ((bits &>> 16) & IntVector(repeating: 1))
  return rounded.replacing(with: bits | IntVector(repeating: 0x40_0000), where: x .!= x)
}
