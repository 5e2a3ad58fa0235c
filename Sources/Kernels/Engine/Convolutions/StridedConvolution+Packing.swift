package import LHKernelTypes

extension StridedConvolution {
  /// Floats of scratch to pack `count` outputs at a time.
  package func packScratchCount(outputs count: Int) -> Int { (taps.count + 2) * count * inputs }

  /// Writes the weights of some outputs. Different outputs may be written at the same time by different threads.
  ///
  /// - Parameters:
  ///   - rows: [count, input channels, taps]
  ///   - first: The first output that is written.
  ///   - scratch: `packScratchCount(outputs: count)` floats.
  package func pack(
    rows: UnsafePointer<Float>, count: Int, atOutput first: Int, scratch: UnsafeMutablePointer<Float>,
    kernels: KernelSet
  ) {
    let size = count * inputs
    // [output, input, tap] to [tap][output, input]
    kernels.transpose(
      Transposition(
        rows: size, columns: taps.count, source: rows, sourceStride: taps.count, destination: scratch,
        destinationStride: size))
    func pack(_ matrix: WeightMatrix, _ index: Int) {
      matrix.pack(rows: scratch + index * size, count: count, stride: inputs, atColumn: first, kernels: kernels)
    }
    for (index, matrix) in taps.enumerated() { pack(matrix, index) }
    guard let (plus, minus) = sums else { return }
    for n in 0..<size {
      let w0 = scratch[n]
      let w2 = scratch[2 * size + n]
      scratch[3 * size + n] = (w0 + w2) / 2
      scratch[4 * size + n] = (w0 - w2) / 2
    }
    pack(plus, 3)
    pack(minus, 4)
  }

  /// Writes all biases.
  package func setBias(_ values: UnsafePointer<Float>) {
    if let separateBias {
      separateBias.start.update(from: values, count: outputs)
    } else {
      sums?.plus.setBias(values, count: outputs, atColumn: 0)
    }
  }

  /// Derives what is kept beside the matrices, when all of them are filled.
  package func finishPacking(kernels: KernelSet) {
    guard let (plus, minus) = sums else { return }
    for (matrix, sums) in zip([plus, minus, taps[0], taps[2], taps[1]], strassenSums) {
      for pair in 0..<panelPairs { sum(matrix, pair: pair, to: sums.start, kernels: kernels) }
    }
  }
}
