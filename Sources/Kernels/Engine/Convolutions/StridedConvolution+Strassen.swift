import LHKernelTypes

/// The products of the Toom-Cook form by Strassen's algorithm. Two groups are a pair of rows for the four products of
/// sums of even frames, two outputs for the product of odd frames.
extension StridedConvolution {
  /// Whether a matrix has quarters of whole panels that pay.
  static func hasQuarters(inputs: Int, outputs: Int, kernels: KernelSet) -> Bool {
    inputs.isMultiple(of: 32) && (64...StrassenBlock.deepestHalf).contains(inputs / 2)
      && outputs.isMultiple(of: 2 * kernels.panelWidth)
  }

  var panelPairs: Int { outputs / width / 2 }
  private var half: Int { inputs / 2 }
  private var width: Int { taps[0].layout.panelWidth }

  /// Floats of scratch: sums of rows of the largest product, and the seven products of a pair of panels.
  func strassenScratchCount(kernels: KernelSet) -> Int {
    outputsPerBlock / 2 * (StrassenSums.planes * half + StrassenOutputs.planes * kernels.panelWidth)
  }

  /// Fills the sums of a matrix's quarters for a pair of panels.
  func sum(_ matrix: WeightMatrix, pair: Int, to sums: UnsafeMutablePointer<Float>, kernels: KernelSet) {
    let quarters = columns(matrix, pair: pair, sums: sums)
    kernels.strassenSums(
      StrassenSums(
        x11: quarters.b11, x12: quarters.b12, x21: quarters.b21, x22: quarters.b22, count: quarters.planeStride,
        sums: sums + pair * StrassenSums.planes * quarters.planeStride, planeStride: quarters.planeStride))
  }

  private func columns(_ matrix: WeightMatrix, pair: Int, sums: UnsafePointer<Float>) -> StrassenColumns {
    let storage = UnsafePointer(matrix.storage.start)
    let left = storage + matrix.layout.panel(pair).start
    let right = storage + matrix.layout.panel(pair + panelPairs).start
    let quarter = half * width
    return StrassenColumns(
      b11: left, b12: right, b21: left + quarter, b22: right + quarter,
      sums: sums + pair * StrassenSums.planes * quarter, planeStride: quarter)
  }

  /// Computes pairs of groups.
  ///
  /// - Parameters:
  ///   - y: The first output.
  ///   - scratch: `strassenScratchCount` floats.
  func multiplyPairs(
    _ pairs: Int, _ rows: ToomCookRows, y: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>,
    kernels: KernelSet
  ) {
    guard let (plus, minus) = sums else { return }
    let groupStride = StridedConvolution.outputsPerGroup * outputs
    func add(
      _ matrix: WeightMatrix, _ sums: Int, _ rows: MatrixRows, pairs: Int, to c: UnsafeMutablePointer<Float>,
      cStride: Int, accumulates: Bool
    ) {
      multiply(
        matrix, sums: strassenSums[sums].start, rows, pairs: pairs, c: c, cStride: cStride, accumulates: accumulates,
        scratch: scratch, kernels: kernels)
    }
    // The middle products take the places of outputs 0 and 1 until they are combined.
    add(plus, 0, rows.plus, pairs: pairs, to: y, cStride: groupStride, accumulates: false)
    add(minus, 1, rows.minus, pairs: pairs, to: y + outputs, cStride: groupStride, accumulates: false)
    for group in 0..<2 * pairs {
      let y = y + group * groupStride
      kernels.toomCookOutputs(
        ToomCookOutputs(plus: y, minus: y + outputs, count: outputs, y: y, stride: outputs))
    }
    add(taps[0], 2, rows.first, pairs: pairs, to: y, cStride: groupStride, accumulates: true)
    add(taps[2], 3, rows.last, pairs: pairs, to: y + 2 * outputs, cStride: groupStride, accumulates: true)
    add(
      taps[1], 4, rows.odd, pairs: StridedConvolution.outputsPerGroup * pairs, to: y, cStride: outputs,
      accumulates: true)
  }

  /// One of the five products, for pairs of rows.
  ///
  /// - Parameter sums: Sums of the matrix's quarters.
  private func multiply(
    _ matrix: WeightMatrix, sums: UnsafePointer<Float>, _ rows: MatrixRows, pairs: Int,
    c: UnsafeMutablePointer<Float>, cStride: Int, accumulates: Bool, scratch: UnsafeMutablePointer<Float>,
    kernels: KernelSet
  ) {
    let a = rows.elements.assumingMemoryBound(to: Float.self)
    let aStride = rows.stride / MemoryLayout<Float>.stride
    var block = StrassenBlock(
      pairs: pairs, lowerPairs: pairs, depth: half, upper: a, lower: a + aStride, pairStride: 2 * aStride,
      rowSums: scratch)
    block.chainLength = StridedConvolution.chainLength
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
