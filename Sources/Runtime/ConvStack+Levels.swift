import LHKernels
import LHModel

/// Which frames of each layer are held while a range of the last layer's frames is computed.
extension ConvStack {
  /// A sequence that passes through the extractor: level 0 has the samples, level l the output of layer l - 1.
  struct Level {
    /// Frames of the whole utterance.
    var total: Int
    /// Frames that exist: computed up to `done`, and still held from `start` on.
    var start: Int
    var done: Int
    /// Where the frames end that the current block needs.
    var end: Int
    /// Frame `start`.
    var buffer: UnsafeMutablePointer<Float>
  }

  /// Floats of scratch for blocks of at most `blockFrames` frames of the last layer.
  func scratchCount(blockFrames: Int) -> Int {
    var count = productCount
    forEachLevel(blockFrames: blockFrames) { _, size in count += size }
    return count
  }

  /// Calls `body` with all levels, of which nothing exists yet, and with scratch for the convolutions.
  func withLevels(
    sampleCount: Int, from frame: Int, blockFrames: Int, scratch: UnsafeMutablePointer<Float>,
    _ body: (UnsafeMutableBufferPointer<Level>, _ products: UnsafeMutablePointer<Float>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: Level.self, capacity: weights.count + 1) { levels in
      levels.initialize(repeating: Level(total: sampleCount, start: 0, done: 0, end: 0, buffer: scratch))
      for (index, layer) in weights.enumerated() {
        levels[index + 1].total = layer.shape.frameCount(forInput: levels[index].total)
      }
      var first = frame
      for (index, layer) in weights.enumerated().reversed() {
        first -= first % layer.groupSize
        levels[index + 1].start = first
        levels[index + 1].done = first
        first *= layer.shape.stride
      }
      levels[0].start = first
      levels[0].done = first
      var place = scratch + productCount
      forEachLevel(blockFrames: blockFrames) { index, size in
        levels[index].buffer = place
        place += size
      }
      body(levels, scratch)
    }
  }

  /// Sets which frames of each level are computed for the first `count` frames of the last layer: what they depend on,
  /// in whole groups as long as the utterance has them.
  func setEnds(_ levels: UnsafeMutableBufferPointer<Level>, for count: Int) {
    var count = count
    for (index, layer) in weights.enumerated().reversed() {
      levels[index + 1].end = min(count.roundedUp(toMultipleOf: layer.groupSize), levels[index + 1].total)
      count = (levels[index + 1].end - 1) * layer.shape.stride + layer.shape.kernel
    }
    levels[0].end = count
  }

  /// Calls `body` with each level and the floats of the most frames of it that are held while `blockFrames` frames of
  /// the last layer are computed, wherever groups begin and end.
  private func forEachLevel(blockFrames: Int, _ body: (_ index: Int, _ size: Int) -> Void) {
    var count = blockFrames
    for (index, layer) in weights.enumerated().reversed() {
      count = count.roundedUp(toMultipleOf: layer.groupSize) + layer.groupSize
      body(index + 1, (count * layer.shape.channels).wholeCacheLines)
      count = (count - 1) * layer.shape.stride + layer.shape.kernel
    }
    body(0, count.wholeCacheLines)
  }

  /// Floats of scratch for the convolution that needs most.
  private var productCount: Int {
    var most = 0
    for layer in weights {
      switch layer.taps {
      case .strided(let convolution): most = max(most, convolution.scratchCount(kernels: multiplier.kernels))
      case .direct(let matrix):
        let distance = layer.shape.stride * layer.shape.inputChannels
        most = max(
          most,
          matrix.scratchCount(
            rows: multiplier.rowBlock(for: matrix), distance: distance, frameWidth: layer.shape.inputChannels,
            with: multiplier))
      }
    }
    return most.wholeCacheLines
  }
}
