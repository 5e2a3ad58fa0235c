import LHKernelTypes

/// Output t of a convolution of kernel 3 and stride 2 is w0 e[t] + w2 e[t + 1] + w1 o[t], with the even frames
/// e[i] = x[2 i] and the odd ones o[i] = x[2 i + 1]. Its even part is a convolution of kernel 2 and stride 1, for which
/// a Toom-Cook form with the points 0, 1, -1 and infinity needs four products for three outputs instead of six:
///
///     plus  = (e1 + e2) (w0 + w2) / 2        y0 = plus + minus + (e0 - e2) w0
///     minus = (e2 - e1) (w0 - w2) / 2        y1 = plus - minus
///                                            y2 = plus + minus + (e3 - e1) w2
///
/// With 512 channels its largest rounding error is 1.4e-6 of the outputs' deviation.
extension StridedConvolution {
  /// Computes whole groups, at most those of a block.
  func runGroups(
    _ groups: Int, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>, scratch: Scratch,
    multiplier: MatrixMultiplier
  ) {
    guard let (plus, minus) = sums else { return }
    let kernels = multiplier.kernels
    let rows = toomCookRows(groups, x: x, scratch: scratch, kernels: kernels)
    if !strassenSums.isEmpty {
      multiplyPairs(groups / 2, rows, y: y, scratch: scratch.strassen, kernels: kernels)
      return
    }
    // The matrices are kept by the convolution.
    let tables = (
      plus: plus.whole.table, minus: minus.whole.table, w0: taps[0].whole.table, w1: taps[1].whole.table,
      w2: taps[2].whole.table
    )
    for (index, part) in tables.plus.parts.enumerated() {
      let width = part.columns.count
      let y = y + part.columns.lowerBound
      func multiply(
        _ rows: MatrixRows, _ count: Int, _ matrix: PanelTable, _ c: UnsafeMutablePointer<Float>, _ cStride: Int,
        accumulates: Bool
      ) {
        multiplier.multiply(
          RowsProduct(
            rows: count, a: rows, matrix: matrix, c: c, cStride: cStride, accumulates: accumulates,
            chainLength: StridedConvolution.chainLength), panel: index)
      }
      multiply(rows.plus, groups, tables.plus, scratch.plus, width, accumulates: false)
      multiply(rows.minus, groups, tables.minus, scratch.minus, width, accumulates: false)
      if let separateBias {
        for group in 0..<groups {
          kernels.add(
            AddElements(
              x: scratch.plus + group * width, y: separateBias.start + part.columns.lowerBound, count: width))
        }
      }
      for group in 0..<groups {
        kernels.toomCookOutputs(
          ToomCookOutputs(
            plus: scratch.plus + group * width, minus: scratch.minus + group * width, count: width,
            y: y + 3 * group * outputs, stride: outputs))
      }
      multiply(rows.first, groups, tables.w0, y, 3 * outputs, accumulates: true)
      multiply(rows.last, groups, tables.w2, y + 2 * outputs, 3 * outputs, accumulates: true)
      multiply(rows.odd, 3 * groups, tables.w1, y, outputs, accumulates: true)
    }
  }

  /// The left-hand sides of the five products, a row a group; of odd frames, a row an output.
  struct ToomCookRows {
    /// e0 - e2, e1 + e2, e2 - e1 and e3 - e1.
    let first, plus, minus, last: MatrixRows
    let odd: MatrixRows
  }

  private func toomCookRows(
    _ groups: Int, x: UnsafePointer<Float>, scratch: Scratch, kernels: KernelSet
  ) -> ToomCookRows {
    isReduced
      ? roundedRows(groups, x: x, scratch: scratch, kernels: kernels)
      : float32Rows(groups, x: x, sums: scratch.sums, kernels: kernels)
  }

  private func float32Rows(
    _ groups: Int, x: UnsafePointer<Float>, sums: UnsafeMutablePointer<Float>, kernels: KernelSet
  ) -> ToomCookRows {
    let size = groups * inputs
    for group in 0..<groups {
      let row = sums + group * inputs
      kernels.toomCookInputs(
        ToomCookInputs(
          even: x + 6 * group * inputs, stride: 2 * inputs, count: inputs,
          sums: ToomCookSums(first: row, plus: row + size, minus: row + 2 * size, last: row + 3 * size)))
    }
    func rows(_ index: Int) -> MatrixRows { MatrixRows(sums + index * size, stride: inputs) }
    return ToomCookRows(
      first: rows(0), plus: rows(1), minus: rows(2), last: rows(3), odd: MatrixRows(x + inputs, stride: 2 * inputs))
  }

  /// All groups' first sums, then all second ones and so on; then the odd frames.
  private func roundedRows(
    _ groups: Int, x: UnsafePointer<Float>, scratch: Scratch, kernels: KernelSet
  ) -> ToomCookRows {
    let view = taps[0].whole
    let (sums, rows) = (scratch.sums, scratch.rows)
    let places = ToomCookSums(
      first: sums, plus: sums + inputs, minus: sums + 2 * inputs, last: sums + 3 * inputs)
    for group in 0..<groups {
      kernels.toomCookInputs(
        ToomCookInputs(even: x + 6 * group * inputs, stride: 2 * inputs, count: inputs, sums: places))
      for index in 0..<4 {
        view.round(
          sums + index * inputs, count: 1, stride: inputs, to: rows.rows(from: index * groups + group),
          kernels: kernels)
      }
    }
    let odd = rows.rows(from: 4 * groups)
    view.round(x + inputs, count: 3 * groups, stride: 2 * inputs, to: odd, kernels: kernels)
    func written(_ index: Int) -> MatrixRows { rows.rows(from: index * groups).written }
    return ToomCookRows(
      first: written(0), plus: written(1), minus: written(2), last: written(3), odd: odd.written)
  }
}
