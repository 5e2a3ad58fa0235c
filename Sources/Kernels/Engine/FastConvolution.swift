package import LHKernelTypes
package import LHSystem

/// A convolution of kernel 3 and stride 2 with 7/9 of the direct algorithm's multiplications.
///
/// Output t is w0 e[t] + w2 e[t + 1] + w1 o[t], with the even frames e[i] = x[2 i] and the odd ones o[i] = x[2 i + 1].
/// Its even part is a convolution of kernel 2 and stride 1, for which a Toom-Cook form with the points 0, 1, -1 and
/// infinity needs four products for three outputs instead of six:
///
///     plus  = (e1 + e2) (w0 + w2) / 2        y0 = plus + minus + (e0 - e2) w0
///     minus = (e2 - e1) (w0 - w2) / 2        y1 = plus - minus
///                                            y2 = plus + minus + (e3 - e1) w2
///
/// With 512 channels its largest rounding error is 1.4e-6 of the outputs' deviation. The products may be computed by a
/// step of Strassen's algorithm besides, which saves another eighth of them.
package struct FastConvolution: Sendable {
  /// The taps, each [input channels, output channels]; `plus` = (w0 + w2) / 2 holds the biases,
  /// `minus` = (w0 - w2) / 2.
  package let w0, w1, w2, plus, minus: PackedMatrix
  /// Sums of the taps' quarters in the order `plus`, `minus`, `w0`, `w2`, `w1`; empty where Strassen's algorithm is not
  /// used.
  let strassenSums: [AlignedBuffer]

  /// Outputs of a Toom-Cook group, which share their products.
  static let outputsPerGroup = 3
  /// Groups that are computed at a time: their inputs stay in the second-level cache.
  static let groups = 24
  /// Products that are added in a row. A short chain makes up for the larger errors of the fast forms.
  package static let chainLength = 32

  /// A convolution; the matrices are filled by the caller, who then calls `finishPacking`.
  ///
  /// - Parameter usesStrassen: Whether Strassen's algorithm is used, if the shape allows it. Its error is relative to
  ///   the largest of six outputs, so that outputs should change little in that time.
  /// - Parameter arena: Where memory comes from.
  package init(
    w0: PackedMatrix, w1: PackedMatrix, w2: PackedMatrix, plus: PackedMatrix, minus: PackedMatrix, usesStrassen: Bool,
    arena: MemoryArena
  ) throws(OutOfMemory) {
    self.w0 = w0
    self.w1 = w1
    self.w2 = w2
    self.plus = plus
    self.minus = minus
    let half = w0.depth / 2
    let hasQuarters =
      w0.depth.isMultiple(of: 32) && (64...StrassenBlock.deepestHalf).contains(half)
      && w0.columns.isMultiple(of: 2 * w0.panelWidth)
    strassenSums = try (0..<(usesStrassen && hasQuarters ? 5 : 0)).map { _ throws(OutOfMemory) in
      try AlignedBuffer(count: StrassenSums.planes * half * w0.columns / 2, in: arena)
    }
  }

  /// Derives what is kept beside the matrices, when they are filled.
  package func finishPacking(kernels: KernelSet) {
    for (matrix, sums) in zip([plus, minus, w0, w2, w1], strassenSums) {
      for pair in 0..<panelPairs { sum(matrix, pair: pair, to: sums.start, kernels: kernels) }
    }
  }

  var inputs: Int { w0.depth }
  var outputs: Int { w0.columns }
  var usesStrassen: Bool { !strassenSums.isEmpty }

  /// Bytes of the matrices and of what is kept beside them.
  package var byteCount: Int {
    [w0, w1, w2, plus, minus].reduce(0) { $0 + $1.byteCount } + strassenSums.reduce(0) { $0 + $1.byteCount }
  }

  /// Outputs that are computed together: a range of them begins at a multiple of this.
  package var groupSize: Int { usesStrassen ? 2 * FastConvolution.outputsPerGroup : FastConvolution.outputsPerGroup }

  /// Floats of scratch.
  package var scratchCount: Int {
    FastConvolution.groups * (4 * inputs + 2 * w0.panelWidth) + (usesStrassen ? strassenScratchCount : 0)
  }

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
    let whole = min(count, total / groupSize * groupSize - first)
    let step = FastConvolution.groups * FastConvolution.outputsPerGroup
    for start in stride(from: 0, to: max(whole, 0), by: step) {
      let rows = min(step, whole - start)
      runGroups(
        rows / FastConvolution.outputsPerGroup, x: x + 2 * start * inputs, y: y + start * outputs, scratch: scratch,
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
    if usesStrassen {
      multiplyPairs(
        groups / 2, sums, odd: x + inputs, y: y, scratch: scratch + 4 * size, kernels: kernels)
      return
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
            rows: rows, a: a, aStride: step * inputs, matrix: matrix, c: c, cStride: cStride, accumulates: accumulates,
            chainLength: FastConvolution.chainLength),
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
    for tap in 0..<3 {
      let matrix = tap == 0 ? w0 : tap == 1 ? w1 : w2
      for index in 0..<matrix.panelCount {
        multiplier.multiply(
          MatrixProduct(
            rows: rows, a: x + tap * inputs, aStride: 2 * inputs, matrix: matrix,
            c: y + matrix.panel(index).columns.lowerBound, cStride: outputs, accumulates: true,
            chainLength: FastConvolution.chainLength), panel: index)
      }
    }
  }
}
