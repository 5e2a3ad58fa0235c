import KernelTypes

/// See `Int8PanelProduct`.
func multiplyInt8Panel(_ product: Int8PanelProduct) {
  let panelWidth = product.vectors &* lanes
  for row in 0..<product.rows {
    let parameters = product.parameters[row &* product.parameterStride]
    let a = product.a + row &* product.aStride
    for column in 0..<product.width {
      var sum = 0 &- parameters.zero &* product.columnSums[column]
      for k in 0..<product.depth {
        sum &+= Int32(a[k]) &* Int32(product.b[(k / 4 &* panelWidth &+ column) &* 4 &+ k % 4])
      }
      let c = product.c + (row &* product.cStride &+ column)
      var start = product.bias?[column] ?? 0
      if product.accumulates { start += c.pointee }
      c.pointee = start + parameters.scale * product.columnScales[column] * Float(sum)
    }
  }
}
