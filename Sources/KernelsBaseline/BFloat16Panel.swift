import KernelTypes

/// See `BFloat16PanelProduct`.
func multiplyBFloat16Panel(_ product: BFloat16PanelProduct) {
  let panelWidth = product.vectors &* lanes
  for row in 0..<product.rows {
    let a = product.a + row &* product.aStride
    for column in 0..<product.width {
      let c = product.c + (row &* product.cStride &+ column)
      var sum = product.bias?[column] ?? 0
      if product.accumulates { sum += c.pointee }
      for k in 0..<product.depth {
        let b = product.b[(k / 2 &* panelWidth &+ column) &* 2 &+ k % 2]
        sum += Float(bitPattern: UInt32(a[k]) << 16) * Float(bitPattern: UInt32(b) << 16)
      }
      c.pointee = sum
    }
  }
}
