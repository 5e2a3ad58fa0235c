import KernelTypes

/// See `QuantizeRows`.
func quantizeRows(_ rows: QuantizeRows) {
  for row in 0..<rows.rows {
    let x = rows.x + row &* rows.xStride
    let q = rows.q + row &* rows.qStride
    let parameters = rows.parameters + row &* rows.parameterStride
    var low: Float = 0
    var high: Float = 0
    var excess: Float = 0
    for n in 0..<rows.width {
      let value = x[n] * (rows.mask?[n] ?? 1)
      if value < low { low = value }
      if value > high { high = value }
      excess += value * 0
    }
    let range = high - low + excess
    guard range >= QuantizeRows.leastRange, range < .infinity else {
      let isZero = range < .infinity
      parameters.pointee = RowQuantization(scale: isZero ? 0 : .nan, zero: 0)
      for n in 0..<(rows.width &+ 3) / 4 &* 4 { q[n] = 0 }
      continue
    }
    let inverse = 255 / range
    let shift = roundingShift.bitPattern
    let zero = Int32(bitPattern: (-low * inverse + roundingShift).bitPattern &- shift)
    parameters.pointee = RowQuantization(scale: range / 255, zero: zero)
    for n in 0..<rows.width {
      let value = x[n] * (rows.mask?[n] ?? 1) * inverse + roundingShift
      let integer = Int32(bitPattern: value.bitPattern &- shift) &+ zero
      q[n] = UInt8(truncatingIfNeeded: integer < 0 ? 0 : integer > 255 ? 255 : integer)
    }
    for n in rows.width..<(rows.width &+ 3) / 4 &* 4 { q[n] = 0 }
  }
}

/// See `KernelSet.roundToBFloat16`.
func roundToBFloat16(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<UInt16>, _ count: Int) {
  for n in 0..<count {
    let bits = x[n].bitPattern
    let rounded = (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16
    y[n] = UInt16(truncatingIfNeeded: x[n] == x[n] ? rounded : bits >> 16 | 0x40)
  }
}
