import KernelTypes

/// The products of a fast convolution by Strassen's algorithm. Two Toom-Cook groups are a pair of rows for the four products
/// of sums of even frames, two outputs for the product of odd frames.
extension FastConvolution {
  var panelPairs: Int { outputs / w0.panelWidth / 2 }
  private var half: Int { inputs / 2 }
  private var width: Int { w0.panelWidth }
  /// Pairs of rows of all five products together: one a pair of groups, and three of odd frames.
  private static var pairsOfGroup: Int { 4 + outputsPerGroup }

  /// Floats of scratch: sums of rows of all products, the products themselves, and the middle products of two panels.
  var strassenScratchCount: Int {
    let pairs = FastConvolution.groups / 2
    return pairs * FastConvolution.pairsOfGroup * StrassenSums.planes * half
      + pairs * FastConvolution.outputsPerGroup * StrassenOutputs.planes * width + 2 * FastConvolution.groups * 2
      * width
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
    var rowSums = scratch
    let block = { (rows: UnsafePointer<Float>, rowStride: Int, pairs: Int) in
      var block = StrassenBlock(
        pairs: pairs, lowerPairs: pairs, depth: half, upper: rows, lower: rows + rowStride, pairStride: 2 * rowStride,
        rowSums: rowSums)
      block.chainLength = FastConvolution.chainLength
      block.sumRows(0..<pairs, kernels: kernels)
      rowSums += StrassenSums.planes * pairs * half
      return block
    }
    let plusBlock = block(sums.plus, inputs, pairs)
    let minusBlock = block(sums.minus, inputs, pairs)
    let firstBlock = block(sums.first, inputs, pairs)
    let lastBlock = block(sums.last, inputs, pairs)
    let oddBlock = block(odd, 2 * inputs, FastConvolution.outputsPerGroup * pairs)
    let products = rowSums
    let plusProducts = products + FastConvolution.outputsPerGroup * pairs * StrassenOutputs.planes * width
    let minusProducts = plusProducts + 2 * pairs * 2 * width
    let rightOffset = outputs / 2
    for pair in 0..<panelPairs {
      let column = pair * width
      let multiply = { (block: StrassenBlock, matrix: PackedMatrix, index: Int) in
        block.multiply(
          columns(matrix, pair: pair, sums: strassenSums[index].start), pairs: 0..<block.pairs, to: products,
          kernels: kernels)
      }
      // The middle products, [group, left and right panel].
      let middle = { (block: StrassenBlock, c: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>?) in
        block.finish(
          products, pairs: 0..<pairs, upper: c, lower: c + 2 * width, pairStride: 4 * width, rightOffset: width,
          bias: (bias.map { $0 + column }, bias.map { $0 + column + rightOffset }), accumulates: false, kernels: kernels
        )
      }
      multiply(plusBlock, plus, 0)
      middle(plusBlock, plusProducts, plus.bias)
      multiply(minusBlock, minus, 1)
      middle(minusBlock, minusProducts, nil)
      for group in 0..<2 * pairs {
        for side in 0..<2 {
          let row = (2 * group + side) * width
          kernels.toomCookOutputs(
            plusProducts + row, minusProducts + row, width,
            y + (FastConvolution.outputsPerGroup * group * outputs + column + side * rightOffset), outputs)
        }
      }
      let add = { (block: StrassenBlock, c: UnsafeMutablePointer<Float>, rowStride: Int) in
        block.finish(
          products, pairs: 0..<block.pairs, upper: c + column, lower: c + (rowStride + column),
          pairStride: 2 * rowStride,
          rightOffset: rightOffset, accumulates: true, kernels: kernels)
      }
      let groupStride = FastConvolution.outputsPerGroup * outputs
      multiply(firstBlock, w0, 2)
      add(firstBlock, y, groupStride)
      multiply(lastBlock, w2, 3)
      add(lastBlock, y + 2 * outputs, groupStride)
      multiply(oddBlock, w1, 4)
      add(oddBlock, y, outputs)
    }
  }
}
