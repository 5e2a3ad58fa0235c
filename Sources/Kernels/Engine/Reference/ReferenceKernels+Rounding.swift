import LHKernelTypes

/// What rounds to bytes and to bfloat16.
extension ReferenceKernels {
  static func quantizeRows(_ rows: QuantizeRows) {
    for row in 0..<rows.rows {
      let x = (0..<rows.width).map { rows.x[row * rows.xStride + $0] * (rows.mask?[$0] ?? 1) }
      let q = rows.q + row * rows.qStride
      let parameters = rows.parameters + row * rows.parameterStride
      let low = min(0, x.min() ?? 0)
      let high = max(0, x.max() ?? 0)
      let range = high - low
      for n in 0..<rows.width.roundedUp(toMultipleOf: 4) { q[n] = 0 }
      guard range.isFinite, x.allSatisfy(\.isFinite) else {
        parameters.pointee = RowQuantization(scale: .nan, zero: 0)
        continue
      }
      guard range >= QuantizeRows.leastRange else {
        parameters.pointee = RowQuantization(scale: 0, zero: 0)
        continue
      }
      let inverse = 255 / range
      let zero = Int32((-low * inverse).rounded(.toNearestOrEven))
      parameters.pointee = RowQuantization(scale: range / 255, zero: zero)
      for n in 0..<rows.width {
        q[n] = UInt8(min(max(Int32((x[n] * inverse).rounded(.toNearestOrEven)) + zero, 0), 255))
      }
    }
  }

  static func quantizeColumn(_ column: QuantizeColumn) -> ColumnQuantization {
    let values = UnsafeBufferPointer(start: column.x, count: column.count)
    let scale =
      values.allSatisfy(\.isFinite) ? SymmetricQuantization.scale(largest: values.map(abs).max() ?? 0) : .nan
    var sum: Int32 = 0
    for (n, value) in values.enumerated() {
      column.q[n] = scale > 0 ? SymmetricQuantization.byte(value, scale: scale) : 0
      sum += Int32(column.q[n])
    }
    return ColumnQuantization(scale: scale, sum: sum)
  }

  static func roundToBFloat16(_ rounding: BFloat16Rounding) {
    for n in 0..<rounding.count { rounding.y[n] = nearestBFloat16(rounding.x[n]) }
  }

  static func pairToBFloat16(_ pairing: BFloat16Pairing) {
    for row in stride(from: 0, to: pairing.rows, by: 2) {
      let x = pairing.x + row * pairing.xStride
      for n in 0..<pairing.width {
        let low = UInt32(nearestBFloat16(x[n]))
        let high = row + 1 < pairing.rows ? UInt32(nearestBFloat16(x[pairing.xStride + n])) : 0
        pairing.y[row / 2 * pairing.yStride + n] = low | high << 16
      }
    }
  }

  /// The nearest bfloat16, ties to even. A NaN keeps its sign and its upper bits, and becomes a quiet one.
  private static func nearestBFloat16(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    if value.isNaN { return UInt16(bits >> 16) | 0x40 }
    return UInt16((bits + 0x7fff + (bits >> 16 & 1)) >> 16)
  }
}
