import LHKernelTypes
import LHKernels
import LHModel

/// The feature extractor for a range of frames, block after block: each layer holds only what the next one needs for
/// the block, so nothing is as long as the utterance.
///
/// Activations are [frame, channel]. A convolution's inputs for consecutive outputs are then overlapping rows of one
/// matrix, and the convolution is a product without any copying.
struct ConvStack {
  let weights: [ConvWeights]
  let multiplier: MatrixMultiplier
  /// Shown what each convolution multiplies; nil for none.
  var recorder: ActivationRecorder?

  /// Frames of the last layer that are computed at a time. More frames read the weights less often, fewer stay in the
  /// second-level cache.
  static let blockFrames = 56
  /// The same where products are in reduced precisions: weights are a half or a quarter as large, and what lies between
  /// the products takes a larger share of the time, so that activations had better stay near.
  static let reducedBlockFrames = 16

  /// Computes frames of the last layer and hands them on block by block: [count, channels] from frame `first` on.
  ///
  /// - Parameters:
  ///   - sampleCount: Samples of the whole utterance.
  ///   - firstMatrix: Matrix of the first layer with a group norm folded into it; nil for the weights' own.
  ///   - mean: Subtracted from every sample, which is then multiplied by `factor`.
  ///   - blockFrames: The most frames of a block.
  ///   - scratch: `scratchCount(blockFrames:)` floats.
  ///   - consume: False when no more blocks are wanted.
  func run(
    samples: UnsafePointer<Float>, sampleCount: Int, mean: Float, factor: Float, firstMatrix: WeightMatrix?,
    frames: Range<Int>, blockFrames: Int, scratch: UnsafeMutablePointer<Float>,
    consume: (_ first: Int, _ count: Int, UnsafeMutablePointer<Float>) -> Bool
  ) {
    // Blocks of equal length: a short one at the end would read all weights for a few frames.
    let blockCount = (frames.count + blockFrames - 1) / blockFrames
    let blockFrames = (frames.count + blockCount - 1) / blockCount
    withLevels(sampleCount: sampleCount, from: frames.lowerBound, blockFrames: blockFrames, scratch: scratch) {
      levels, products in
      var block = frames.lowerBound
      while block < frames.upperBound {
        let blockEnd = min(block + blockFrames, frames.upperBound)
        setEnds(levels, for: blockEnd)
        if levels[0].end > levels[0].done {
          multiplier.kernels.standardize(
            StandardizeElements(
              x: samples + levels[0].done, y: levels[0].buffer + (levels[0].done - levels[0].start),
              count: levels[0].end - levels[0].done, mean: mean, factor: factor))
          levels[0].done = levels[0].end
        }
        for index in weights.indices {
          convolve(index, folded: index == 0 ? firstMatrix : nil, levels, scratch: products)
          recordOutput(of: index, levels)
          levels[index + 1].done = levels[index + 1].end
        }
        guard consume(block, blockEnd - block, levels[weights.count].buffer) else { return }
        keepTails(levels)
        block = blockEnd
      }
    }
  }

  /// A convolution, its norm and its GELU, on as many rows at a time as stay in the second-level cache: the frames of
  /// level `index + 1` that are not computed yet.
  ///
  /// - Parameter folded: The matrix to use instead of the layer's own.
  private func convolve(
    _ index: Int, folded: WeightMatrix?, _ levels: UnsafeMutableBufferPointer<Level>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let layer = weights[index]
    let (source, target) = (levels[index], levels[index + 1])
    let kernels = multiplier.kernels
    let channels = layer.shape.channels
    let frames = target.done..<target.end
    let input = source.buffer + (frames.lowerBound * layer.shape.stride - source.start) * layer.shape.inputChannels
    let output = target.buffer + (frames.lowerBound - target.start) * channels
    // A folded norm is in the matrix already.
    let norm = folded == nil ? layer.norm : nil
    let isCoarse = weights[min(index + 1, weights.count - 1)].taps.isReduced
    func finish(_ first: Int, _ count: Int) {
      let c = output + first * channels
      if let norm {
        kernels.layerNorm(norm.rows(c, count: count, gelu: isCoarse ? .coarse : .exact))
      } else {
        let rows = ElementwiseRows(rows: count, width: channels, x: c, stride: channels)
        if isCoarse { kernels.coarseGELU(rows) } else { kernels.gelu(rows) }
      }
    }
    switch layer.taps {
    case .strided(let convolution):
      convolution.run(
        first: frames.lowerBound, count: frames.count, total: target.total, x: input, y: output, scratch: scratch,
        multiplier: multiplier, finish: finish)
    case .direct(let matrix):
      let rowStride = layer.shape.stride * layer.shape.inputChannels
      let rowBlock = multiplier.rowBlock(for: matrix)
      for first in stride(from: 0, to: frames.count, by: rowBlock) {
        let count = min(rowBlock, frames.count - first)
        (folded ?? matrix).multiply(
          MatrixProduct(
            rows: count, a: input + first * rowStride, aStride: rowStride, c: output + first * channels,
            cStride: channels, epilogue: norm != nil ? .none : isCoarse ? .coarseGELU : .gelu,
            chainLength: StridedConvolution.chainLength, totalRows: target.total,
            frameWidth: layer.shape.inputChannels), with: multiplier,
          scratch: ProductScratch(rows: scratch))
        if norm != nil { finish(first, count) }
      }
    }
  }

  /// Moves the frames that the next block needs again to the front of each buffer. Where a stride is longer than a
  /// kernel, frames in between are never computed.
  private func keepTails(_ levels: UnsafeMutableBufferPointer<Level>) {
    levels[weights.count].start = levels[weights.count].done
    for index in weights.indices.reversed() {
      let layer = weights[index]
      let next = levels[index + 1].done * layer.shape.stride
      let level = levels[index]
      let kept = max(0, level.done - next)
      if kept > 0 {
        level.buffer.update(
          from: level.buffer + (next - level.start) * layer.shape.inputChannels, count: kept * layer.shape.inputChannels
        )
      }
      levels[index].start = next
      levels[index].done = max(level.done, next)
    }
  }
}
