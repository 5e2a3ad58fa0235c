import LHKernels
import LHModel
import LHSystem
import LHTensors

extension WeightLoader {
  /// The layers of the position convolution.
  func positionLayers() throws(OutOfMemory) -> [PositionWeights] {
    guard let position = shape.position else { return [] }
    return try position.layers.enumerated().map { index, layer throws(OutOfMemory) in
      let module = ModuleRole.position(index)
      let (input, output) = (layer.inputChannels / position.groups, layer.outputChannels / position.groups)
      // A spectrum has 256 floats, however few taps it is of: for shorter kernels that is too much memory.
      if multiplier.backend == .packed && input == output
        && (64...FourierConvolution.longestKernel).contains(layer.kernel)
      {
        return .fourier(
          try fourierConvolution(module, groups: position.groups, width: input, kernel: layer.kernel))
      }
      let groups = try (0..<position.groups).map { _ throws(OutOfMemory) in
        try multiplier.matrix(depth: input * layer.kernel, columns: output, hasBias: true, in: arena)
      }
      packConvolution(module, into: groups, inputChannels: input, kernel: layer.kernel, hasBias: true)
      return .direct(
        GroupedConvWeights(kernel: layer.kernel, inputPerGroup: input, outputPerGroup: output, groups: groups))
    }
  }

  /// A layer of the position convolution as spectra.
  private func fourierConvolution(
    _ module: ModuleRole, groups: Int, width: Int, kernel: Int
  ) throws(OutOfMemory) -> FourierConvolution {
    let kernels = multiplier.kernels
    let convolution = try FourierConvolution(
      kernel: kernel, groups: groups, width: width, kernels: kernels, arena: arena)
    jobs.append { [source] () throws(ModelFault) in
      // The filling keeps the outputs' taps from falling into the same lines of the cache.
      let outputStride = width * kernel + 16
      let taps = try scratchBuffer(count: width * outputStride)
      let scratch = try scratchBuffer(count: convolution.tapScratchCount)
      try source.forEachPart(.weight(module), width) { rows, first in
        rows.copy(to: taps.start, strides: [outputStride, kernel, 1])
        convolution.setTaps(
          taps.start, outputStride: outputStride, group: first / width, scratch: scratch.start, kernels: kernels)
      }
      try source.tensor(.bias(module)).copy(to: convolution.bias, strides: [1])
    }
    return convolution
  }
}
