import LHKernelTypes
import LHKernels
import LHSupernet
import LHSystem
import LHTensors

extension WeightLoader {
  /// Strassen's algorithm is used for convolutions whose inputs are normalised frame by frame, and whose outputs are at
  /// most this many samples apart, 1.25 ms: its error is relative to the largest of six outputs, so that quiet frames
  /// must not stand beside loud ones. These convolutions have four fifths of the extractor's work.
  private static let strassenHop = 20

  /// The feature extractor's layers.
  func convolutions() throws(OutOfMemory) -> [ConvWeights] {
    var inputChannels = 1
    var hop = 1
    return try config.convLayers.enumerated().map { index, shape throws(OutOfMemory) in
      defer { inputChannels = shape.channels }
      hop *= shape.stride
      let name = "feature_extractor.conv_layers.\(index)"
      let depth = shape.kernel * inputChannels
      let isFolded = index == 0 && config.extractorMode == .groupNorm
      let rows = try isFolded ? vector(name + ".0.weight", count: shape.channels * depth) : nil
      let bias = try isFolded && config.convBias ? vector(name + ".0.bias", count: shape.channels) : nil
      let taps: ConvWeights.Taps
      let format = index == 0 ? .float32 : formats.format(of: [name + ".0.weight"])
      // With few input channels the sums of frames would cost more than the products that they save.
      let isFast = shape.kernel == 3 && shape.stride == 2 && inputChannels >= 16
      if format != .float32 {
        taps = .narrow(
          try narrowConvolution(name + ".0", shape: shape, inputChannels: inputChannels, isFast: isFast, format: format)
        )
      } else if isFast && multiplier.backend == .packed {
        taps = .fast(
          try fastConvolution(
            name + ".0", inputChannels: inputChannels, channels: shape.channels,
            usesStrassen: config.extractorMode == .layerNorm && hop <= WeightLoader.strassenHop))
      } else {
        let matrix = try multiplier.matrix(
          depth: depth, columns: shape.channels, hasBias: isFolded || config.convBias, in: arena)
        taps = .direct(matrix)
        if !isFolded {
          packConvolution(
            name + ".0", into: [matrix], inputChannels: inputChannels, kernel: shape.kernel, hasBias: config.convBias)
        }
      }
      let normName: String? =
        switch config.extractorMode {
        case .layerNorm: name + ".2.1"
        case .groupNorm: index == 0 ? name + ".2" : nil
        }
      return ConvWeights(
        shape: shape, inputChannels: inputChannels, taps: taps, rows: rows, bias: bias,
        norm: try normName.map { name throws(OutOfMemory) in try norm(name, width: shape.channels) })
    }
  }

  /// A convolution, [out, in, kernel], whose output channels are shared out equally among matrices in order. A matrix
  /// has the taps outside and the channels inside.
  func packConvolution(
    _ name: String, into matrices: [PackedMatrix], inputChannels: Int, kernel: Int, hasBias: Bool
  ) {
    let kernels = multiplier.kernels
    jobs.append { [source] () throws(ModelFault) in
      let depth = inputChannels * kernel
      let columns = matrices[0].columns
      let many = 16
      let reordered = try scratchBuffer(count: many * depth)
      try source.forEachFloats(name + ".weight", rowsAtOnce: many) { rows, count, first in
        for row in 0..<count {
          // [input, tap] to [tap][input]
          kernels.transpose(
            rows + row * depth, inputChannels, kernel, kernel, reordered.start + row * depth, inputChannels)
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
      try source.tensor(name + ".bias").copy(to: values.start, strides: [1])
      for (index, matrix) in matrices.enumerated() {
        matrix.setBias(values.start + index * columns, count: columns, atColumn: 0)
      }
    }
  }

  /// A convolution of kernel 3 and stride 2 in its fast form.
  private func fastConvolution(_ name: String, inputChannels: Int, channels: Int, usesStrassen: Bool)
    throws(OutOfMemory) -> FastConvolution
  {
    let matrix = { [multiplier, arena] (hasBias: Bool) throws(OutOfMemory) in
      try multiplier.matrix(depth: inputChannels, columns: channels, hasBias: hasBias, in: arena)
    }
    let convolution = try FastConvolution(
      w0: matrix(false), w1: matrix(false), w2: matrix(false), plus: matrix(config.convBias), minus: matrix(false),
      usesStrassen: usesStrassen, arena: arena)
    let kernels = multiplier.kernels
    let hasBias = config.convBias
    jobs.append { [source] () throws(ModelFault) in
      let many = 16
      let size = many * inputChannels
      let taps = try scratchBuffer(count: 5 * size)
      let matrices = [convolution.w0, convolution.w1, convolution.w2, convolution.plus, convolution.minus]
      try source.forEachFloats(name + ".weight", rowsAtOnce: many) { rows, count, first in
        // [output, input, tap] to [tap][output, input]
        kernels.transpose(rows, count * inputChannels, 3, 3, taps.start, size)
        for n in 0..<count * inputChannels {
          let w0 = taps.start[n]
          let w2 = taps.start[2 * size + n]
          taps.start[3 * size + n] = (w0 + w2) / 2
          taps.start[4 * size + n] = (w0 - w2) / 2
        }
        for (index, matrix) in matrices.enumerated() {
          matrix.pack(
            rows: taps.start + index * size, count: count, stride: inputChannels, atColumn: first, kernels: kernels)
        }
      }
      if hasBias {
        let values = try scratchBuffer(count: channels)
        try source.tensor(name + ".bias").copy(to: values.start, strides: [1])
        convolution.plus.setBias(values.start, count: channels, atColumn: 0)
      }
      convolution.finishPacking(kernels: kernels)
    }
    return convolution
  }
}
