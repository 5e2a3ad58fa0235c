package import LHKernelTypes

/// A convolution over frames whose products are computed in a narrow number format.
///
/// Every frame is converted once and serves all outputs that it is a part of: a tap is a product of every `stride`-th
/// frame with a matrix of its own, so that each frame keeps its own scale. With kernel 3 and stride 2 the Toom-Cook
/// form of `FastConvolution` saves 2/9 of the multiplications; its sums of frames are made in float32 and converted
/// then.
package struct NarrowConvolution: Sendable {
  /// Distance between the first frames of two outputs.
  package let stride: Int
  /// One matrix a tap, [input channels, output channels].
  package let taps: [NarrowMatrix]
  /// (w0 + w2) / 2 and (w0 - w2) / 2 of the Toom-Cook form.
  package let sums: (plus: NarrowMatrix, minus: NarrowMatrix)?
  /// [output channels], or nil for zeros.
  package let bias: AlignedBuffer?

  /// Outputs that are computed at a time, a multiple of a Toom-Cook group: their inputs stay in the second-level cache.
  private static let outputsPerBlock = 72
  private static let groups = outputsPerBlock / FastConvolution.outputsPerGroup

  /// A convolution; the matrices are filled by the caller. They have the same outlier channels.
  package init(
    stride: Int, taps: [NarrowMatrix], sums: (plus: NarrowMatrix, minus: NarrowMatrix)?, bias: AlignedBuffer?
  ) {
    precondition(sums == nil || (taps.count == 3 && stride == 2), "the Toom-Cook form is one of kernel 3 and stride 2")
    self.stride = stride
    self.taps = taps
    self.sums = sums
    self.bias = bias
  }

  private var inputs: Int { taps[0].depth }
  private var outputs: Int { taps[0].columns }

  /// Bytes of the matrices.
  package var byteCount: Int {
    let extra = sums.map { $0.plus.byteCount + $0.minus.byteCount } ?? 0
    return taps.reduce(0) { $0 + $1.byteCount } + extra + (bias?.byteCount ?? 0)
  }

  /// Outputs that are computed together: a range of them begins at a multiple of this.
  package var groupSize: Int { sums == nil ? 1 : FastConvolution.outputsPerGroup }

  /// Rows that are converted for a block.
  private var rowsPerBlock: Int {
    let direct = (NarrowConvolution.outputsPerBlock - 1) * stride + taps.count
    return sums == nil ? direct : max(direct, 7 * NarrowConvolution.groups)
  }

  /// Floats of scratch.
  package func scratchCount(kernels: KernelSet) -> Int {
    taps[0].rowScratchCount(rows: rowsPerBlock) + (4 * inputs).wholeCacheLines
      + 2 * NarrowConvolution.groups * kernels.panelWidth
  }

  /// What the scratch holds.
  private struct Scratch {
    /// Converted rows.
    let rows: NarrowRows
    /// Four sums of frames.
    let sums: UnsafeMutablePointer<Float>
    /// Products of the middle two, [groups, panel width].
    let plus, minus: UnsafeMutablePointer<Float>

    init(_ convolution: NarrowConvolution, at start: UnsafeMutablePointer<Float>, kernels: KernelSet) {
      let matrix = convolution.taps[0]
      rows = matrix.rows(convolution.rowsPerBlock, at: start)
      sums = start + matrix.rowScratchCount(rows: convolution.rowsPerBlock)
      plus = sums + (4 * matrix.depth).wholeCacheLines
      minus = plus + NarrowConvolution.groups * kernels.panelWidth
    }
  }

  /// Computes outputs from frame `first` on, block by block.
  ///
  /// - Parameters:
  ///   - first: Index of the first output in the whole sequence, a multiple of `groupSize`.
  ///   - total: Outputs of the whole sequence. Only at its end may a group be incomplete; it is then computed directly.
  ///   - x: Input frame stride * first, [frame, input channels].
  ///   - y: Output frame `first`, [frame, output channels].
  ///   - scratch: `scratchCount` floats.
  ///   - finish: Called for each block when it is complete: (first row, number of rows).
  package func run(
    first: Int, count: Int, total: Int, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>,
    scratch start: UnsafeMutablePointer<Float>, multiplier: MatrixMultiplier,
    finish: (_ first: Int, _ count: Int) -> Void
  ) {
    let scratch = Scratch(self, at: start, kernels: multiplier.kernels)
    let whole = sums == nil ? 0 : min(count, total / groupSize * groupSize - first)
    for start in Swift.stride(from: 0, to: max(whole, 0), by: NarrowConvolution.outputsPerBlock) {
      let rows = min(NarrowConvolution.outputsPerBlock, whole - start)
      runGroups(
        rows / FastConvolution.outputsPerGroup, x: x + 2 * start * inputs, y: y + start * outputs, scratch: scratch,
        multiplier: multiplier)
      finish(start, rows)
    }
    for start in Swift.stride(from: max(whole, 0), to: count, by: NarrowConvolution.outputsPerBlock) {
      let rows = min(NarrowConvolution.outputsPerBlock, count - start)
      runDirectly(
        rows, x: x + stride * start * inputs, y: y + start * outputs, scratch: scratch, multiplier: multiplier)
      finish(start, rows)
    }
  }

  private func runDirectly(
    _ count: Int, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>, scratch: Scratch,
    multiplier: MatrixMultiplier
  ) {
    let frames = scratch.rows
    taps[0].convert(
      x, count: (count - 1) * stride + taps.count, stride: inputs, to: frames, kernels: multiplier.kernels)
    for index in 0..<taps[0].panelCount {
      let column = taps[0].panelColumns(index).lowerBound
      if let bias {
        let width = taps[0].panelColumns(index).count
        for row in 0..<count { (y + row * outputs + column).update(from: bias.start + column, count: width) }
      }
      for (tap, matrix) in taps.enumerated() {
        multiplier.multiply(
          NarrowProduct(
            rows: count, a: frames.rows(from: tap, step: stride), matrix: matrix, c: y + column, cStride: outputs,
            accumulates: tap > 0 || bias != nil), panel: index)
      }
    }
  }

  private func runGroups(
    _ groups: Int, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>, scratch: Scratch,
    multiplier: MatrixMultiplier
  ) {
    guard let (plus, minus) = sums else { return }
    let kernels = multiplier.kernels
    // All groups' first sums, then all second ones and so on in the order of `ToomCookSums`; then the odd frames.
    func sumRows(_ index: Int) -> NarrowRows { scratch.rows.rows(from: index * groups) }
    let odd = scratch.rows.rows(from: 4 * groups)
    let places = ToomCookSums(
      first: scratch.sums, plus: scratch.sums + inputs, minus: scratch.sums + 2 * inputs,
      last: scratch.sums + 3 * inputs)
    for group in 0..<groups {
      kernels.toomCookInputs(x + 6 * group * inputs, 2 * inputs, inputs, places)
      for index in 0..<4 {
        taps[0].convert(
          scratch.sums + index * inputs, count: 1, stride: inputs, to: sumRows(index).rows(from: group),
          kernels: kernels)
      }
    }
    taps[1].convert(x + inputs, count: 3 * groups, stride: 2 * inputs, to: odd, kernels: kernels)
    for index in 0..<plus.panelCount {
      let columns = plus.panelColumns(index)
      let width = columns.count
      let y = y + columns.lowerBound
      func multiply(
        _ rows: NarrowRows, _ count: Int, _ matrix: NarrowMatrix, _ c: UnsafeMutablePointer<Float>, _ cStride: Int,
        accumulates: Bool
      ) {
        multiplier.multiply(
          NarrowProduct(rows: count, a: rows, matrix: matrix, c: c, cStride: cStride, accumulates: accumulates),
          panel: index)
      }
      multiply(sumRows(1), groups, plus, scratch.plus, width, accumulates: false)
      multiply(sumRows(2), groups, minus, scratch.minus, width, accumulates: false)
      if let bias {
        for group in 0..<groups { kernels.add(scratch.plus + group * width, bias.start + columns.lowerBound, width) }
      }
      for group in 0..<groups {
        kernels.toomCookOutputs(
          scratch.plus + group * width, scratch.minus + group * width, width, y + 3 * group * outputs, outputs)
      }
      multiply(sumRows(0), groups, taps[0], y, 3 * outputs, accumulates: true)
      multiply(sumRows(3), groups, taps[2], y + 2 * outputs, 3 * outputs, accumulates: true)
      multiply(odd, 3 * groups, taps[1], y, outputs, accumulates: true)
    }
  }
}
