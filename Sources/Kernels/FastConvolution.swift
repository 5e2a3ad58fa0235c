import KernelTypes

/// A convolution of kernel 3 and stride 2 with 7/9 of the direct algorithm's multiplications.
///
/// Output t is w0 e[t] + w2 e[t + 1] + w1 o[t], with the even frames e[i] = x[2 i] and the odd ones o[i] = x[2 i + 1]. Its
/// even part is a convolution of kernel 2 and stride 1, for which a Toom-Cook form with the points 0, 1, -1 and infinity
/// needs four products for three outputs instead of six:
///
///     plus  = (e1 + e2) (w0 + w2) / 2        y0 = plus + minus + (e0 - e2) w0
///     minus = (e2 - e1) (w0 - w2) / 2        y1 = plus - minus
///                                            y2 = plus + minus + (e3 - e1) w2
///
/// With 512 channels its largest rounding error is 1.4e-6 of the outputs' deviation.
package struct FastConvolution: Sendable {
  /// The taps, each [input channels, output channels]; `plus` = (w0 + w2) / 2 holds the biases, `minus` = (w0 - w2) / 2.
  package let w0, w1, w2, plus, minus: PackedMatrix

  /// Outputs of a group that share their products. A group begins at a multiple of this.
  package static let groupSize = 3
  /// Groups that are computed at a time: their inputs stay in the second-level cache.
  private static let groups = 36

  /// A convolution; the matrices are filled by the caller.
  package init(w0: PackedMatrix, w1: PackedMatrix, w2: PackedMatrix, plus: PackedMatrix, minus: PackedMatrix) {
    self.w0 = w0
    self.w1 = w1
    self.w2 = w2
    self.plus = plus
    self.minus = minus
  }

  private var inputs: Int { w0.depth }
  private var outputs: Int { w0.columns }

  /// Floats of scratch.
  package var scratchCount: Int { FastConvolution.groups * (4 * inputs + 2 * w0.panelWidth) }

  /// Computes outputs from frame `first` on, block by block.
  ///
  /// - Parameters:
  ///   - first: Index of the first output in the whole sequence, a multiple of `groupSize`.
  ///   - total: Outputs of the whole sequence. Only at its end may a group be incomplete; it is then computed directly.
  ///   - x: Input frame 2 * first, [frame, input channels].
  ///   - y: Output frame `first`, [frame, output channels].
  ///   - scratch: `scratchCount` floats.
  ///   - finish: Called for each block when it is complete: (first row, number of rows).
  package func run(
    first: Int, count: Int, total: Int, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>, multiplier: MatrixMultiplier, finish: (_ first: Int, _ count: Int) -> Void
  ) {
    let whole = min(count, total / FastConvolution.groupSize * FastConvolution.groupSize - first)
    let step = FastConvolution.groups * FastConvolution.groupSize
    for start in stride(from: 0, to: max(whole, 0), by: step) {
      let rows = min(step, whole - start)
      runGroups(
        rows / FastConvolution.groupSize, x: x + 2 * start * inputs, y: y + start * outputs, scratch: scratch,
        multiplier: multiplier)
      finish(start, rows)
    }
    let rest = max(whole, 0)..<count
    guard !rest.isEmpty else { return }
    runDirectly(
      rest.count, x: x + 2 * rest.lowerBound * inputs, y: y + rest.lowerBound * outputs, multiplier: multiplier)
    finish(rest.lowerBound, rest.count)
  }

  private func runGroups(
    _ groups: Int, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>,
    multiplier: MatrixMultiplier
  ) {
    let kernels = multiplier.kernels
    let size = FastConvolution.groups * inputs
    let sums = ToomCookSums(
      first: scratch, plus: scratch + size, minus: scratch + 2 * size, last: scratch + 3 * size)
    for group in 0..<groups {
      let row = group * inputs
      kernels.toomCookInputs(
        x + 6 * row, 2 * inputs, inputs,
        ToomCookSums(first: sums.first + row, plus: sums.plus + row, minus: sums.minus + row, last: sums.last + row))
    }
    let plusProducts = scratch + 4 * size
    let minusProducts = plusProducts + FastConvolution.groups * w0.panelWidth
    for index in 0..<w0.panelCount {
      let columns = w0.panel(index).columns
      let width = columns.count
      let y = y + columns.lowerBound
      let multiply = {
        (
          a: UnsafePointer<Float>, step: Int, rows: Int, matrix: PackedMatrix,
          c: UnsafeMutablePointer<Float>, cStride: Int, accumulates: Bool
        ) in
        multiplier.multiply(
          MatrixProduct(
            rows: rows, a: a, aStride: step * inputs, matrix: matrix, c: c, cStride: cStride, accumulates: accumulates),
          panel: index)
      }
      multiply(sums.plus, 1, groups, plus, plusProducts, width, false)
      multiply(sums.minus, 1, groups, minus, minusProducts, width, false)
      for group in 0..<groups {
        kernels.toomCookOutputs(
          plusProducts + group * width, minusProducts + group * width, width, y + 3 * group * outputs, outputs)
      }
      multiply(sums.first, 1, groups, w0, y, 3 * outputs, true)
      multiply(sums.last, 1, groups, w2, y + 2 * outputs, 3 * outputs, true)
      multiply(x + inputs, 2, 3 * groups, w1, y, outputs, true)
    }
  }

  /// The direct form, for outputs at the end of a sequence.
  private func runDirectly(
    _ rows: Int, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>, multiplier: MatrixMultiplier
  ) {
    for row in 0..<rows {
      (y + row * outputs).update(repeating: 0, count: outputs)
      if let bias = plus.bias { (y + row * outputs).update(from: bias, count: outputs) }
    }
    for (tap, matrix) in [w0, w1, w2].enumerated() {
      for index in 0..<matrix.panelCount {
        multiplier.multiply(
          MatrixProduct(
            rows: rows, a: x + tap * inputs, aStride: 2 * inputs, matrix: matrix,
            c: y + matrix.panel(index).columns.lowerBound, cStride: outputs, accumulates: true), panel: index)
      }
    }
  }
}
