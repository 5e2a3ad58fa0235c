package import LHKernelTypes

/// A block of a product C = start + A B by one step of Strassen's algorithm: seven products of quarters instead of
/// eight.
///
/// Rows of A and C come in pairs, an upper and a lower row, which lie side by side; the depth has two halves; the
/// columns are those of a left and a right panel of B. So no quarter is copied, and rows 2 i and 2 i + 1 are a pair
/// however the rows are cut into blocks. With x11 = upper rows and first half, and so on:
///
///     m1 = (a11 + a22) (b11 + b22)    m2 = (a21 + a22) b11    m3 = a11 (b12 - b22)    m4 = a22 (b21 - b11)
///     m5 = (a11 + a12) b22    m6 = (a21 - a11) (b11 + b12)    m7 = (a12 - a22) (b21 + b22)
///
/// The form with fewest additions (Winograd's) has larger errors: its sums are of four quarters, these of two. The
/// error is relative to the larger row of a pair, and about twice the direct product's.
///
/// Source: V. Strassen, Gaussian elimination is not optimal, Numerische Mathematik 13 (1969).
package struct StrassenBlock {
  /// Pairs of rows.
  package var pairs: Int
  /// Pairs whose lower row exists: `pairs`, or one less where the number of rows is odd. The missing row counts as
  /// zeros.
  package var lowerPairs: Int
  /// Half the depth, at most `deepestHalf`.
  package var depth: Int
  /// The first pair's upper row; its second half follows the first.
  package var upper: UnsafePointer<Float>
  /// The first pair's lower row.
  package var lower: UnsafePointer<Float>
  /// Distance between pairs, in elements.
  package var pairStride: Int
  /// The sums of A's quarters, five of [pairs, depth].
  package var rowSums: UnsafeMutablePointer<Float>
  /// Products that are added in a row; see `PanelProduct`.
  package var chainLength = PanelProduct.chainLength

  /// The largest `depth`.
  package static let deepestHalf = 512
  /// Stands for lower rows that do not exist, both halves.
  private nonisolated(unsafe) static let zeros = UnsafeMutablePointer<Float>.zeros(count: 2 * StrassenBlock.deepestHalf)

  /// Fills `rowSums` for some pairs of rows. All pairs of panels use them.
  package func sumRows(_ range: Range<Int>, kernels: KernelSet) {
    for pair in range {
      let upper = upper + pair * pairStride
      let lower = pair < lowerPairs ? lower + pair * pairStride : UnsafePointer(StrassenBlock.zeros)
      kernels.strassenSums(
        StrassenSums(
          x11: upper, x12: upper + depth, x21: lower, x22: lower + depth, count: depth, sums: rowSums + pair * depth,
          planeStride: pairs * depth))
    }
  }

  /// The seven products of some pairs of rows.
  ///
  /// - Parameters:
  ///   - products: Gets m1 to m7, each [range.count, panel width].
  ///   - upcoming: Distance to the quarters that will be read next, which are fetched meanwhile; nil where all operands
  ///     wait in slower memory: each is then fetched while the one before it is multiplied.
  package func multiply(
    _ columns: StrassenColumns, pairs range: Range<Int>, to products: UnsafeMutablePointer<Float>, upcoming: Int?,
    kernels: KernelSet
  ) {
    let width = kernels.panelWidth
    let lowerCount = min(range.upperBound, lowerPairs) - range.lowerBound
    let multiply = {
      (
        index: Int, a: UnsafePointer<Float>, stride: Int, b: UnsafePointer<Float>, quarter: UnsafePointer<Float>?,
        nextOperand: UnsafePointer<Float>
      ) in
      let next = upcoming.map { distance in quarter.map { $0 + distance } } ?? nextOperand
      kernels.multiplyPanel(
        PanelProduct(
          rows: index == 3 ? lowerCount : range.count, depth: depth, a: a + range.lowerBound * stride, aStride: stride,
          b: b, bStride: width, vectors: kernels.panelVectors, bias: nil, accumulates: false,
          c: products + index * range.count * width, cStride: width, width: width, chainLength: chainLength,
          upcoming: next, upcomingCount: depth * width))
    }
    let rowSum = { (plane: Int) in UnsafePointer(rowSums + plane * pairs * depth) }
    let sum = columns.sum
    multiply(0, rowSum(0), depth, sum(0), columns.b11, columns.b11)
    multiply(1, rowSum(1), depth, columns.b11, columns.b12, sum(4))
    multiply(2, upper, pairStride, sum(4), columns.b21, sum(3))
    multiply(3, lower + depth, pairStride, sum(3), columns.b22, columns.b22)
    multiply(4, rowSum(2), depth, columns.b22, nil, sum(2))
    multiply(5, rowSum(3), depth, sum(2), nil, sum(1))
    // The next pair's sums follow.
    multiply(6, rowSum(4), depth, sum(1), nil, sum(StrassenSums.planes))
    if lowerCount < range.count {
      (products + (3 * range.count + lowerCount) * width).update(repeating: 0, count: width)
    }
  }

  /// Adds the products of some pairs of rows to C, or writes them.
  ///
  /// - Parameters:
  ///   - upper: The first of these pairs' upper row of C in the left panel's columns; `lower` its lower row.
  ///   - pairStride: Distance between pairs of rows of C, in elements.
  ///   - rightOffset: Distance from the left panel's columns to the right one's.
  ///   - bias: Biases of the left and of the right panel.
  package func finish(
    _ products: UnsafePointer<Float>, pairs range: Range<Int>, upper: UnsafeMutablePointer<Float>,
    lower: UnsafeMutablePointer<Float>, pairStride: Int, rightOffset: Int,
    bias: (left: UnsafePointer<Float>?, right: UnsafePointer<Float>?) = (nil, nil), accumulates: Bool,
    kernels: KernelSet
  ) {
    let width = kernels.panelWidth
    let lowerCount = min(range.upperBound, lowerPairs) - range.lowerBound
    var outputs = StrassenOutputs(
      pairs: lowerCount, width: width, products: products, planeStride: range.count * width, upper: upper,
      lower: lower, pairStride: pairStride, rightOffset: rightOffset, leftBias: bias.left, rightBias: bias.right,
      accumulates: accumulates)
    kernels.strassenOutputs(outputs)
    guard lowerCount < range.count else { return }
    outputs.pairs = 1
    outputs.products += lowerCount * width
    outputs.upper += lowerCount * pairStride
    outputs.lower = nil
    kernels.strassenOutputs(outputs)
  }
}

/// The quarters of a pair of panels of B and their sums.
package struct StrassenColumns {
  /// Upper left quarter, [depth, panel width]; likewise the others.
  package var b11, b12, b21, b22: UnsafePointer<Float>
  /// The sums of them; see `StrassenSums`.
  package var sums: UnsafePointer<Float>
  /// Distance between sums, in elements.
  package var planeStride: Int

  /// One of the sums.
  package func sum(_ plane: Int) -> UnsafePointer<Float> { sums + plane * planeStride }
}
