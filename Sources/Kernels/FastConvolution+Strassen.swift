import KernelTypes

/// The products of a fast convolution by Strassen's algorithm. Two Toom-Cook groups are a pair of rows for the four products
/// of sums of even frames, two outputs for the product of odd frames.
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
    let add = {
      (
        matrix: Int, a: UnsafePointer<Float>, aStride: Int, pairs: Int, c: UnsafeMutablePointer<Float>, cStride: Int,
        accumulates: Bool
      ) in
      multiply(
        matrix, a: a, aStride: aStride, pairs: pairs, c: c, cStride: cStride, accumulates: accumulates,
        scratch: scratch, kernels: kernels)
    }
    // The middle products take the places of outputs 0 and 1 until they are combined.
    add(0, sums.plus, inputs, pairs, y, groupStride, false)
    add(1, sums.minus, inputs, pairs, y + outputs, groupStride, false)
    for group in 0..<2 * pairs {
      let y = y + group * groupStride
      kernels.toomCookOutputs(y, y + outputs, outputs, y, outputs)
    }
    add(2, sums.first, inputs, pairs, y, groupStride, true)
    add(3, sums.last, inputs, pairs, y + 2 * outputs, groupStride, true)
    add(4, odd, 2 * inputs, FastConvolution.outputsPerGroup * pairs, y, outputs, true)
  }

  /// One of the five products, in the order of `strassenSums`, for pairs of rows.
  private func multiply(
    _ index: Int, a: UnsafePointer<Float>, aStride: Int, pairs: Int, c: UnsafeMutablePointer<Float>, cStride: Int,
    accumulates: Bool, scratch: UnsafeMutablePointer<Float>, kernels: KernelSet
  ) {
    let matrix = [plus, minus, w0, w2, w1][index]
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
        columns(matrix, pair: pair, sums: strassenSums[index].start), pairs: 0..<pairs, to: products, upcoming: nil,
        kernels: kernels)
      block.finish(
        products, pairs: 0..<pairs, upper: c + column, lower: c + (cStride + column), pairStride: 2 * cStride,
        rightOffset: rightOffset,
        bias: (matrix.bias.map { $0 + column }, matrix.bias.map { $0 + (column + rightOffset) }),
        accumulates: accumulates, kernels: kernels)
    }
  }
}
