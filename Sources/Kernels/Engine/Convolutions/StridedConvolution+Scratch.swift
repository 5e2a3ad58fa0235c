package import LHKernelTypes

extension StridedConvolution {
  /// What a run works with.
  struct Scratch {
    /// Rounded rows; none in float32.
    let rows: RowStorage
    /// Four sums of frames: of all groups of a block in float32, [4, groups, inputs]; else of one group at a time,
    /// which is rounded then.
    let sums: UnsafeMutablePointer<Float>
    /// Products of the middle two, [groups, panel width].
    let plus, minus: UnsafeMutablePointer<Float>
    /// What Strassen's algorithm works with.
    let strassen: UnsafeMutablePointer<Float>

    init(_ convolution: StridedConvolution, at start: UnsafeMutablePointer<Float>, kernels: KernelSet) {
      let view = convolution.taps[0].whole
      rows = view.rowStorage(convolution.rowsPerBlock, at: start)
      sums = start + view.rowScratchCount(rows: convolution.rowsPerBlock)
      plus = sums + convolution.sumCount
      minus = plus + convolution.groups * kernels.panelWidth
      strassen = minus + convolution.groups * kernels.panelWidth
    }
  }

  /// Floats of scratch.
  package func scratchCount(kernels: KernelSet) -> Int {
    taps[0].rowScratchCount(rows: rowsPerBlock) + sumCount + 2 * groups * kernels.panelWidth
      + (strassenSums.isEmpty ? 0 : strassenScratchCount(kernels: kernels))
  }

  /// Rows that are rounded for a block.
  private var rowsPerBlock: Int {
    let direct = (outputsPerBlock - 1) * stride + taps.count
    return sums == nil ? direct : max(direct, 7 * groups)
  }

  private var sumCount: Int {
    sums == nil ? 0 : (4 * inputs * (isReduced ? 1 : groups)).wholeCacheLines
  }
}
