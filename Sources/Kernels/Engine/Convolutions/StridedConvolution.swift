package import LHKernelTypes
package import LHSystem

/// A convolution over frames as products for each tap: of every `stride`-th frame with a matrix of its own. In a
/// reduced precision every frame is rounded once and serves all outputs that it is a part of, with a scale of its own.
///
/// With kernel 3 and stride 2 a Toom-Cook form needs 7/9 of the multiplications. Its products may be computed by a step
/// of Strassen's algorithm besides, which saves another eighth of them: in float32 only, since its sums cost 6 dB.
package struct StridedConvolution: Sendable {
  /// Distance between the first frames of two outputs.
  package let stride: Int
  /// One matrix a tap, [input channels, output channels].
  package let taps: [WeightMatrix]
  /// (w0 + w2) / 2 and (w0 - w2) / 2 of the Toom-Cook form.
  package let sums: (plus: WeightMatrix, minus: WeightMatrix)?
  /// [output channels]; nil where there are none or the sums of the Toom-Cook form begin with them.
  let separateBias: AlignedBuffer?
  /// Sums of the matrices' quarters in the order plus, minus, w0, w2, w1; empty where Strassen's algorithm is not used.
  let strassenSums: [AlignedBuffer]

  /// Outputs of a Toom-Cook group, which share their products.
  static let outputsPerGroup = 3
  /// Outputs that are computed at a time, whole groups: their inputs stay in the second-level cache.
  let outputsPerBlock: Int
  /// Groups of that many outputs.
  var groups: Int { outputsPerBlock / StridedConvolution.outputsPerGroup }
  /// Products that are added in a row. A short chain makes up for the larger errors of the fast forms.
  package static let chainLength = 32

  /// How a convolution is computed.
  package enum Form: Sendable {
    case direct, toomCook
    /// Strassen's algorithm besides, if the shape allows it. Its error is relative to the largest of six outputs, so
    /// that outputs should change little in that time.
    case toomCookStrassen
  }

  /// A convolution whose weights are zero until they are packed.
  ///
  /// - Parameters:
  ///   - kernel: Taps; 3, and a stride of 2, for the Toom-Cook form.
  ///   - arena: Where memory comes from.
  package init(
    kernel: Int, stride: Int, inputs: Int, outputs: Int, hasBias: Bool, format: MatrixFormat, form: Form,
    kernels: KernelSet, arena: MemoryArena
  ) throws(OutOfMemory) {
    precondition(form == .direct || (kernel == 3 && stride == 2), "the Toom-Cook form is one of kernel 3 and stride 2")
    let matrix = { (hasBias: Bool) throws(OutOfMemory) in
      try WeightMatrix(
        depth: inputs, columns: outputs, hasBias: hasBias, format: format, kernels: kernels, arena: arena)
    }
    // Sums of float32 begin with the biases; those of fewer bits get them rounded no earlier than need be.
    let sumsBeginWithBias = form != .direct && !format.isReduced
    self.stride = stride
    // Weights come too slowly for matrix registers, unless each of them is used for many outputs.
    outputsPerBlock = format.isReduced && kernels.hasMatrixRegisters ? 288 : 72
    taps = try (0..<kernel).map { _ throws(OutOfMemory) in try matrix(false) }
    sums = try form == .direct ? nil : (plus: matrix(hasBias && sumsBeginWithBias), minus: matrix(false))
    separateBias = try hasBias && !sumsBeginWithBias ? AlignedBuffer(count: outputs, in: arena) : nil
    let usesStrassen =
      form == .toomCookStrassen && !format.isReduced
      && StridedConvolution.hasQuarters(inputs: inputs, outputs: outputs, kernels: kernels)
    strassenSums = try (0..<(usesStrassen ? 5 : 0)).map { _ throws(OutOfMemory) in
      try AlignedBuffer(count: StrassenSums.planes * inputs / 2 * outputs / 2, in: arena)
    }
  }

  var inputs: Int { taps[0].depth }
  var outputs: Int { taps[0].columns }
  /// Whether frames are rounded.
  package var isReduced: Bool { taps[0].format.isReduced }

  var bias: UnsafePointer<Float>? { separateBias.map { UnsafePointer($0.start) } ?? sums?.plus.bias }

  /// Bytes of the matrices and of what is kept beside them.
  package var byteCount: Int {
    let extra = sums.map { $0.plus.byteCount + $0.minus.byteCount } ?? 0
    return taps.reduce(0) { $0 + $1.byteCount } + extra + (separateBias?.byteCount ?? 0)
      + strassenSums.reduce(0) { $0 + $1.byteCount }
  }

  /// Outputs that are computed together: a range of them begins at a multiple of this.
  package var groupSize: Int {
    sums == nil ? 1 : StridedConvolution.outputsPerGroup * (strassenSums.isEmpty ? 1 : 2)
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
    let whole = sums == nil ? 0 : max(0, min(count, total / groupSize * groupSize - first))
    for start in Swift.stride(from: 0, to: whole, by: outputsPerBlock) {
      let rows = min(outputsPerBlock, whole - start)
      runGroups(
        rows / StridedConvolution.outputsPerGroup, x: x + stride * start * inputs, y: y + start * outputs,
        scratch: scratch, multiplier: multiplier)
      finish(start, rows)
    }
    for start in Swift.stride(from: whole, to: count, by: outputsPerBlock) {
      let rows = min(outputsPerBlock, count - start)
      runDirectly(
        rows, x: x + stride * start * inputs, y: y + start * outputs, scratch: scratch, multiplier: multiplier)
      finish(start, rows)
    }
  }

  /// A product for each tap.
  private func runDirectly(
    _ count: Int, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>, scratch: Scratch,
    multiplier: MatrixMultiplier
  ) {
    let view = taps[0].whole
    var frames = MatrixRows(x, stride: inputs)
    if isReduced {
      view.round(
        x, count: (count - 1) * stride + taps.count, stride: inputs, to: scratch.rows, kernels: multiplier.kernels)
      frames = scratch.rows.written
    }
    // The matrices are kept by the convolution.
    for (index, part) in view.table.parts.enumerated() {
      let y = y + part.columns.lowerBound
      if let bias {
        for row in 0..<count {
          (y + row * outputs).update(from: bias + part.columns.lowerBound, count: part.columns.count)
        }
      }
      for (tap, matrix) in taps.enumerated() {
        multiplier.multiply(
          RowsProduct(
            rows: count, a: frames.rows(from: tap, step: stride), matrix: matrix.whole.table, c: y, cStride: outputs,
            accumulates: tap > 0 || bias != nil, chainLength: StridedConvolution.chainLength), panel: index)
      }
    }
  }
}
