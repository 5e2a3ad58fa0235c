import LHKernelTypes

/// The products of a fast convolution by Strassen's algorithm. Two Toom-Cook groups are a pair of rows for the four
/// products of sums of even frames, two outputs for the product of odd frames.
extension FastConvolution {
  var panelPairs: Int { outputs / w0.panelWidth / 2 }
  private var half: Int { inputs / 2 }
  private var width: Int { w0.panelWidth }

  /// Floats of scratch: sums of rows of the largest product, and the seven products of a pair of panels.
  var strassenScratchCount: Int {
    FastConvolution.groups / 2 * FastConvolution.outputsPerGroup
      * (StrassenSums.planes * half + StrassenOutputs.planes * width)
  }

  /// Fills the sums of a matrix's quarters for a pair of panels.
  func sum(_ matrix: PackedMatrix, pair: Int, to sums: UnsafeMutablePointer<Float>, kernels: KernelSet) {
    let quarters = columns(matrix, pair: pair, sums: sums)
    kernels.strassenSums(
      StrassenSums(
        x11: quarters.b11, x12: quarters.b12, x21: quarters.b21, x22: quarters.b22, count: quarters.planeStride,
        sums: sums + pair * StrassenSums.planes * quarters.planeStride, planeStride: quarters.planeStride))
  }

  private func columns(_ matrix: PackedMatrix, pair: Int, sums: UnsafePointer<Float>) -> StrassenColumns {
    let left = matrix.panel(pair).start
    let right = matrix.panel(pair + panelPairs).start
    let quarter = half * width
    return StrassenColumns(
      b11: left, b12: right, b21: left + quarter, b22: right + quarter,
      sums: sums + pair * StrassenSums.planes * quarter, planeStride: quarter)
  }

  /// Computes pairs of groups.
  ///
  /// - Parameters:
  ///   - sums: Sums of even frames, each [2 * pairs, inputs].
  ///   - odd: The first odd frame; they lie 2 * inputs apart.
  ///   - y: The first output.
  ///   - scratch: `strassenScratchCount` floats.
  func multiplyPairs(
    _ pairs: Int, _ sums: ToomCookSums, odd: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>, kernels: KernelSet
  ) {
    let groupStride = FastConvolution.outputsPerGroup * outputs
    func add(
      _ matrix: PackedMatrix, _ sums: Int, a: UnsafePointer<Float>, aStride: Int, pairs: Int,
      to c: UnsafeMutablePointer<Float>, cStride: Int, accumulates: Bool
    ) {
      multiply(
        matrix, sums: strassenSums[sums].start, a: a, aStride: aStride, pairs: pairs, c: c, cStride: cStride,
        accumulates: accumulates, scratch: scratch, kernels: kernels)
    }
    // The middle products take the places of outputs 0 and 1 until they are combined.
    add(plus, 0, a: sums.plus, aStride: inputs, pairs: pairs, to: y, cStride: groupStride, accumulates: false)
    add(
      minus, 1, a: sums.minus, aStride: inputs, pairs: pairs, to: y + outputs, cStride: groupStride, accumulates: false)
    for group in 0..<2 * pairs {
      let y = y + group * groupStride
      kernels.toomCookOutputs(y, y + outputs, outputs, y, outputs)
    }
    add(w0, 2, a: sums.first, aStride: inputs, pairs: pairs, to: y, cStride: groupStride, accumulates: true)
    add(
      w2, 3, a: sums.last, aStride: inputs, pairs: pairs, to: y + 2 * outputs, cStride: groupStride, accumulates: true)
    add(
      w1, 4, a: odd, aStride: 2 * inputs, pairs: FastConvolution.outputsPerGroup * pairs, to: y, cStride: outputs,
      accumulates: true)
  }

  /// One of the five products, for pairs of rows.
  ///
  /// - Parameter sums: Sums of the matrix's quarters.
  private func multiply(
    _ matrix: PackedMatrix, sums: UnsafePointer<Float>, a: UnsafePointer<Float>, aStride: Int, pairs: Int,
    c: UnsafeMutablePointer<Float>, cStride: Int,
    accumulates: Bool, scratch: UnsafeMutablePointer<Float>, kernels: KernelSet
  ) {
    var block = StrassenBlock(
      pairs: pairs, lowerPairs: pairs, depth: half, upper: a, lower: a + aStride, pairStride: 2 * aStride,
      rowSums: scratch)
    block.chainLength = FastConvolution.chainLength
    block.sumRows(0..<pairs, kernels: kernels)
    let products = scratch + StrassenSums.planes * pairs * half
    let rightOffset = outputs / 2
    for pair in 0..<panelPairs {
      let column = pair * width
      block.multiply(
        columns(matrix, pair: pair, sums: sums), pairs: 0..<pairs, to: products, upcoming: nil,
        kernels: kernels)
      block.finish(
        products, pairs: 0..<pairs, upper: c + column, lower: c + (cStride + column), pairStride: 2 * cStride,
        rightOffset: rightOffset,
        bias: (matrix.bias.map { $0 + column }, matrix.bias.map { $0 + (column + rightOffset) }),
        accumulates: accumulates, kernels: kernels)
    }
  }
}
