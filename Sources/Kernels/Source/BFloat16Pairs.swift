import LHKernelTypes

/// See `BFloat16Pairing`.
func pairToBFloat16(_ pairing: BFloat16Pairing) {
  let (x, rows, width, stride) = (pairing.x, pairing.rows, pairing.width, pairing.xStride)
  let (y, yStride) = (pairing.y, pairing.yStride)
  var row = 0
  while row < rows {
    let upper = x + row &* stride
    let hasLower = row &+ 1 < rows
    // Where there is no second row, the first one's place in memory is read instead.
    let lower = hasLower ? upper + stride : upper
    let y = UnsafeMutableRawPointer(y + row / 2 &* yStride)
    var n = 0
    while n &+ lanes <= width {
      let low = (rounded(load(upper + n)) &>> 16) & IntVector(repeating: 0xffff)
      let high = hasLower ? rounded(load(lower + n)) & IntVector(repeating: -0x1_0000) : .zero
      (y + 4 &* n).storeBytes(of: low | high, as: IntVector.self)
      n &+= lanes
    }
    while n < width {
      let low = rounded(Vector(repeating: upper[n]))[0] &>> 16 & 0xffff
      let high = hasLower ? rounded(Vector(repeating: lower[n]))[0] & -0x1_0000 : 0
      (y + 4 &* n).storeBytes(of: low | high, as: Int32.self)
      n &+= 1
    }
    row &+= 2
  }
}
