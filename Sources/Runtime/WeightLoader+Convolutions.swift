import LHKernelTypes
import LHKernels
import LHModel
import LHSystem
import LHTensors

extension WeightLoader {
  /// Strassen's algorithm is used for convolutions whose inputs are normalised frame by frame, and whose outputs are at
  /// most this many samples apart, 1.25 ms: its error is relative to the largest of six outputs, so that quiet frames
  /// must not stand beside loud ones. These convolutions have four fifths of the extractor's work.
  private static let strassenHop = 20

  /// The feature extractor's layers.
  func convolutions() throws(OutOfMemory) -> [ConvWeights] {
    var hop = 1
    return try shape.convolutions.enumerated().map { index, shape throws(OutOfMemory) in
      hop *= shape.stride
      let module = ModuleRole.convolution(index)
      let isFolded = shape.norm == .group
      let rows =
        try isFolded
        ? vector(.weight(module), count: shape.channels * shape.kernel * shape.inputChannels) : nil
      let bias = try isFolded && shape.hasBias ? vector(.bias(module), count: shape.channels) : nil
      return ConvWeights(
        shape: shape, taps: try taps(of: module, shape, isFirst: index == 0, hop: hop), rows: rows, bias: bias,
        norm: try shape.norm.map { _ throws(OutOfMemory) in
          try norm(.convolutionNorm(index), width: shape.channels)
        })
    }
  }

  /// The weights of a convolution as the algorithm wants them that suits it.
  ///
  /// - Parameter hop: Samples between two outputs.
  private func taps(
    of module: ModuleRole, _ shape: ConvolutionShape, isFirst: Bool, hop: Int
  ) throws(OutOfMemory) -> ConvWeights.Taps {
    let format = isFirst ? .float32 : formats.format(of: [.weight(module)])
    // With few input channels the sums of frames would cost more than the products that they save; so they do beside
    // products in matrix registers.
    let isFast =
      shape.kernel == 3 && shape.stride == 2 && shape.inputChannels >= 16 && !multiplier.kernels.hasMatrixRegisters
    if format.isReduced || (isFast && multiplier.backend == .packed) {
      let usesStrassen = shape.norm == .layer && hop <= WeightLoader.strassenHop
      return .strided(
        try stridedConvolution(
          module, shape, format: format, form: !isFast ? .direct : usesStrassen ? .toomCookStrassen : .toomCook))
    }
    let isFolded = shape.norm == .group
    let matrix = try multiplier.matrix(
      depth: shape.kernel * shape.inputChannels, columns: shape.channels, hasBias: isFolded || shape.hasBias,
      in: arena)
    if !isFolded {
      packConvolution(
        module, into: [matrix], inputChannels: shape.inputChannels, kernel: shape.kernel, hasBias: shape.hasBias)
    }
    return .direct(matrix)
  }

  /// A convolution, [out, in, kernel], whose output channels are shared out equally among matrices in order. A matrix
  /// has the taps outside and the channels inside.
  func packConvolution(
    _ module: ModuleRole, into matrices: [WeightMatrix], inputChannels: Int, kernel: Int, hasBias: Bool
  ) {
    let kernels = multiplier.kernels
    jobs.append { [source] () throws(ModelFault) in
      let depth = inputChannels * kernel
      let columns = matrices[0].columns
      let many = 16
      let reordered = try scratchBuffer(count: many * depth)
      try source.forEachFloats(.weight(module), rowsAtOnce: many) { rows, count, first in
        for row in 0..<count {
          // [input, tap] to [tap][input]
          kernels.transpose(
            Transposition(
              rows: inputChannels, columns: kernel, source: rows + row * depth, sourceStride: kernel,
              destination: reordered.start + row * depth, destinationStride: inputChannels))
        }
        var row = 0
        while row < count {
          let column = (first + row) % columns
          let packed = min(count - row, columns - column)
          matrices[(first + row) / columns].pack(
            rows: reordered.start + row * depth, count: packed, stride: depth, atColumn: column, kernels: kernels)
          row += packed
        }
      }
      guard hasBias else { return }
      let values = try scratchBuffer(count: matrices.count * columns)
      try source.tensor(.bias(module)).copy(to: values.start, strides: [1])
      for (index, matrix) in matrices.enumerated() {
        matrix.setBias(values.start + index * columns, count: columns, atColumn: 0)
      }
    }
  }

  /// A convolution with a matrix for each tap.
  private func stridedConvolution(
    _ module: ModuleRole, _ shape: ConvolutionShape, format: MatrixFormat, form: StridedConvolution.Form
  ) throws(OutOfMemory) -> StridedConvolution {
    let kernels = multiplier.kernels
    let convolution = try StridedConvolution(
      kernel: shape.kernel, stride: shape.stride, inputs: shape.inputChannels, outputs: shape.channels,
      hasBias: shape.hasBias, format: format, form: form, kernels: kernels, arena: arena)
    jobs.append { [source] () throws(ModelFault) in
      let many = 16
      let scratch = try scratchBuffer(count: convolution.packScratchCount(outputs: many))
      try source.forEachFloats(.weight(module), rowsAtOnce: many) { rows, count, first in
        convolution.pack(rows: rows, count: count, atOutput: first, scratch: scratch.start, kernels: kernels)
      }
      if shape.hasBias {
        let values = try scratchBuffer(count: shape.channels)
        try source.tensor(.bias(module)).copy(to: values.start, strides: [1])
        convolution.setBias(values.start)
      }
      convolution.finishPacking(kernels: kernels)
    }
    return convolution
  }
}
