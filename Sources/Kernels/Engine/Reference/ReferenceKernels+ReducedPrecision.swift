import LHKernelTypes

// The plain twins of the kernels whose operands have 8 or 16 bits.

/// See `Int8PanelProduct`.
func multiplyInt8Panel(_ product: Int8PanelProduct) {
  for row in 0..<product.rows {
    let parameters = product.parameters[row * product.parameterStride]
    let a = product.a + row * product.aStride
    for column in 0..<product.width {
      var sum = -Int(parameters.zero) * Int(product.columnSums[column])
      for k in 0..<product.depth {
        sum += Int(a[k]) * Int(product.b[(k / 4 * product.bStride + column) * 4 + k % 4])
      }
      let c = product.c + (row * product.cStride + column)
      var start = product.bias?[column] ?? 0
      if product.accumulates { start += c.pointee }
      c.pointee = start + parameters.scale * product.columnScales[column] * Float(sum)
    }
  }
}

/// See `BFloat16PanelProduct`.
func multiplyBFloat16Panel(_ product: BFloat16PanelProduct) {
  for row in 0..<product.rows {
    let a = product.a + row * product.aStride
    for column in 0..<product.width {
      let c = product.c + (row * product.cStride + column)
      var sum = Double(product.bias?[column] ?? 0)
      if product.accumulates { sum += Double(c.pointee) }
      for k in 0..<product.depth {
        sum += Double(widened(a[k])) * Double(widened(product.b[(k / 2 * product.bStride + column) * 2 + k % 2]))
      }
      c.pointee = Float(sum)
    }
  }
}

/// See `QuantizeRows`.
func quantizeRows(_ rows: QuantizeRows) {
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

/// See `KernelSet.quantizeSymmetric`.
func quantizeSymmetric(
  _ x: UnsafePointer<Float>, _ count: Int, _ q: UnsafeMutablePointer<Int8>
) -> (scale: Float, sum: Int32) {
  let values = UnsafeBufferPointer(start: x, count: count)
  let scale =
    values.allSatisfy(\.isFinite) ? SymmetricQuantization.scale(largest: values.map(abs).max() ?? 0) : .nan
  var sum: Int32 = 0
  for n in 0..<count {
    q[n] = scale > 0 ? SymmetricQuantization.byte(x[n], scale: scale) : 0
    sum += Int32(q[n])
  }
  return (scale, sum)
}

/// The nearest bfloat16, ties to even. A NaN keeps its sign and its upper bits, and becomes a quiet one.
func roundToBFloat16(_ value: Float) -> UInt16 {
  let bits = value.bitPattern
  if value.isNaN { return UInt16(bits >> 16) | 0x40 }
  return UInt16((bits + 0x7fff + (bits >> 16 & 1)) >> 16)
}

private func widened(_ value: UInt16) -> Float { Float(bitPattern: UInt32(value) << 16) }
