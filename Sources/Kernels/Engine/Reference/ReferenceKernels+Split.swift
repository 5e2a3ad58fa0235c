import LHKernelTypes

/// Products of split rows.
extension ReferenceKernels {
  /// The reference in the forms of products that suit matrix registers.
  static let splitSet = {
    var set = ReferenceKernels.set.renamed("scalar-amx")
    set.useMatrixRegisters(
      SplitKernels(splitRows: { splitRows($0) }, multiplyPanel: { multiplySplitPanel($0) }))
    return set
  }()

  static func splitRows(_ splitting: BFloat16Splitting) {
    for row in 0..<splitting.rows {
      for n in 0..<splitting.width {
        var rest = splitting.x[row * splitting.xStride + n]
        for plane in 0..<BFloat16Splitting.planes {
          // The nearest bfloat16, ties away from zero.
          let bits = (rest.bitPattern &+ 0x8000) & 0xffff_0000
          splitting.y[plane * splitting.planeStride + row * splitting.yStride + n] = UInt16(bits >> 16)
          rest -= Float(bitPattern: bits)
        }
      }
    }
  }

  /// The planes' sum is the value that was split: one product stands for those of planes.
  static func multiplySplitPanel(_ product: SplitPanelProduct) {
    for row in 0..<product.rows {
      for column in 0..<product.width {
        let c = product.c + (row * product.cStride + column)
        var sum = Double(product.bias?[column] ?? 0)
        if product.accumulates { sum += Double(c.pointee) }
        for k in 0..<product.depth {
          let place = product.a + (row * product.aStride + k)
          let a = (0..<BFloat16Splitting.planes).reduce(0) { sum, plane in
            sum + Double(widened(place[plane * product.planeStride]))
          }
          sum += a * Double(product.b[k * product.bStride + column])
        }
        c.pointee = Float(sum)
      }
    }
  }
}
