import LHKernels
import LHSupernet
import LHSystem
import LHTensors

extension WeightLoader {
  /// The layers of the position convolution.
  func positionLayers() throws(OutOfMemory) -> [PositionWeights] {
    let layout = SubnetLayout(config: config, architecture: architecture)
    return try (0..<config.positionDepth).map { index throws(OutOfMemory) in
      let name = config.positionDepth == 1 ? "encoder.pos_conv.0" : "encoder.pos_conv.\(index).0"
      guard let shape = layout.tensors.first(where: { $0.name == name + ".weight" })?.shape else {
        preconditionFailure("the layout has every layer of the position convolution")
      }
      let outputPerGroup = shape[0] / config.positionGroups
      // A spectrum has 256 floats, however few taps it is of: for shorter kernels that is too much memory.
      if multiplier.backend == .packed && outputPerGroup == shape[1]
        && (64...FourierConvolution.longestKernel).contains(shape[2])
      {
        return .fourier(try fourierConvolution(name, width: shape[1], kernel: shape[2]))
      }
      let groups = try (0..<config.positionGroups).map { _ throws(OutOfMemory) in
        try multiplier.matrix(depth: shape[1] * shape[2], columns: outputPerGroup, hasBias: true, in: arena)
      }
      packConvolution(name, into: groups, inputChannels: shape[1], kernel: shape[2], hasBias: true)
      return .direct(
        GroupedConvWeights(
          kernel: shape[2], inputPerGroup: shape[1], outputPerGroup: outputPerGroup, groups: groups))
    }
  }

  /// A layer of the position convolution as spectra.
  private func fourierConvolution(_ name: String, width: Int, kernel: Int) throws(OutOfMemory)
    -> FourierConvolution
  {
    let kernels = multiplier.kernels
    let convolution = try FourierConvolution(
      kernel: kernel, groups: config.positionGroups, width: width, kernels: kernels, arena: arena)
    jobs.append { [source] () throws(ModelFault) in
      // The filling keeps the outputs' taps from falling into the same lines of the cache.
      let outputStride = width * kernel + 16
      let taps = try scratchBuffer(count: width * outputStride)
      let scratch = try scratchBuffer(count: convolution.tapScratchCount)
      try source.forEachPart(name + ".weight", width) { rows, first in
        rows.copy(to: taps.start, strides: [outputStride, kernel, 1])
        convolution.setTaps(
          taps.start, outputStride: outputStride, group: first / width, scratch: scratch.start, kernels: kernels)
      }
      try source.tensor(name + ".bias").copy(to: convolution.bias, strides: [1])
    }
    return convolution
  }
}
