import LHKernelTypes
import LHKernels
import LHModel
import LHSystem
import LHTensors

extension WeightLoader {
  /// A convolution in a narrow number format.
  ///
  /// - Parameter isFast: Whether it takes the Toom-Cook form.
  func narrowConvolution(
    _ module: ModuleRole, _ shape: ConvolutionShape, isFast: Bool, format: MatrixFormat
  ) throws(OutOfMemory) -> NarrowConvolution {
    let inputChannels = shape.inputChannels
    func matrix() throws(OutOfMemory) -> NarrowMatrix {
      guard
        let matrix = try narrowMatrix(
          depth: inputChannels, columns: shape.channels, hasBias: false, format: format)
      else { preconditionFailure("float32 is no narrow format") }
      return matrix
    }
    let convolution = NarrowConvolution(
      stride: shape.stride, taps: try (0..<shape.kernel).map { _ throws(OutOfMemory) in try matrix() },
      sums: try isFast ? (plus: matrix(), minus: matrix()) : nil,
      bias: try shape.hasBias ? vector(.bias(module), count: shape.channels) : nil)
    let kernels = multiplier.kernels
    let kernel = shape.kernel
    jobs.append { [source] () throws(ModelFault) in
      let many = 16
      let size = many * inputChannels
      let taps = try scratchBuffer(count: (kernel + 2) * size)
      try source.forEachFloats(.weight(module), rowsAtOnce: many) { rows, count, first in
        // [output, input, tap] to [tap][output, input]
        kernels.transpose(rows, count * inputChannels, kernel, kernel, taps.start, size)
        func pack(_ matrix: NarrowMatrix, _ index: Int) {
          matrix.pack(
            rows: taps.start + index * size, count: count, stride: inputChannels, atColumn: first, kernels: kernels)
        }
        for (index, matrix) in convolution.taps.enumerated() { pack(matrix, index) }
        guard let (plus, minus) = convolution.sums else { return }
        for n in 0..<count * inputChannels {
          let w0 = taps.start[n]
          let w2 = taps.start[2 * size + n]
          taps.start[3 * size + n] = (w0 + w2) / 2
          taps.start[4 * size + n] = (w0 - w2) / 2
        }
        pack(plus, 3)
        pack(minus, 4)
      }
    }
    return convolution
  }
}
