import KernelTypes
import Kernels
import Subnet

/// The feature extractor for a range of frames, block after block: each layer holds only what the next one needs for the
/// block, so nothing is as long as the utterance.
///
/// Activations are [frame, channel]. A convolution's inputs for consecutive outputs are then overlapping rows of one
/// matrix, and the convolution is a product without any copying.
struct ConvStack {
  let weights: [ConvWeights]
  let multiplier: MatrixMultiplier

  /// Frames of the last layer that are computed at a time. More frames read the weights less often, fewer stay in the
  /// second-level cache.
  static let blockFrames = 56

  /// One worker's room: the newest frames of each layer.
  struct Scratch {
    fileprivate var samples = GrowingBuffer()
    fileprivate var products = GrowingBuffer()
    fileprivate var layers: [GrowingBuffer]

    init(layerCount: Int) { layers = Array(repeating: GrowingBuffer(), count: layerCount) }
  }

  /// Computes frames of the last layer and hands them on block by block: [count, channels] from frame `first` on.
  ///
  /// - Parameters:
  ///   - sampleCount: Samples of the whole utterance.
  ///   - firstMatrix: Matrix of the first layer with a group norm folded into it; nil for the weights' own.
  ///   - mean: Subtracted from every sample, which is then multiplied by `factor`.
  ///   - consume: False when no more blocks are wanted.
  func run(
    samples: UnsafePointer<Float>, sampleCount: Int, mean: Float, factor: Float, firstMatrix: PackedMatrix?,
    frames: Range<Int>, blockFrames: Int, scratch: inout Scratch,
    consume: (_ first: Int, _ count: Int, UnsafeMutablePointer<Float>) -> Bool
  ) {
    let shapes = weights.map(\.shape)
    let totals = frameCounts(forSamples: sampleCount)
    // Frames that exist of each layer: computed up to `done`, and still held from `start` on.
    var done = firstNeeded(for: frames.lowerBound)
    var start = done
    // Blocks of equal length: a short one at the end would read all weights for a few frames.
    let blockCount = (frames.count + blockFrames - 1) / blockFrames
    let blockFrames = (frames.count + blockCount - 1) / blockCount
    let capacity = mostHeld(for: blockFrames)
    let buffers = zip(shapes, capacity.dropFirst()).enumerated().map { index, layer in
      scratch.layers[index].reserve(layer.1 * layer.0.channels)
    }
    let sampleBuffer = scratch.samples.reserve(capacity[0])
    let products = scratch.products.reserve(weights.map(\.scratchCount).max() ?? 0)
    var block = frames.lowerBound
    while block < frames.upperBound {
      let blockEnd = min(block + blockFrames, frames.upperBound)
      let end = needed(for: blockEnd, totals: totals)
      if end[0] > done[0] {
        multiplier.kernels.standardize(
          samples + done[0], sampleBuffer + (done[0] - start[0]), end[0] - done[0], mean, factor)
        done[0] = end[0]
      }
      var input = UnsafePointer(sampleBuffer)
      for (index, layer) in weights.enumerated() {
        let output = buffers[index] + (done[index + 1] - start[index + 1]) * layer.shape.channels
        convolve(
          layer, folded: index == 0 ? firstMatrix : nil,
          input: input + (done[index + 1] * layer.shape.stride - start[index]) * layer.inputChannels,
          output: output, frames: done[index + 1]..<end[index + 1], total: totals[index + 1], scratch: products)
        done[index + 1] = end[index + 1]
        input = UnsafePointer(buffers[index])
      }
      guard consume(block, blockEnd - block, buffers[buffers.count - 1]) else { return }
      keepTails(&start, done: &done, sampleBuffer: sampleBuffer, buffers: buffers)
      block = blockEnd
    }
  }

  /// A convolution, its norm and its GELU, on as many rows at a time as stay in the second-level cache.
  ///
  /// - Parameters:
  ///   - folded: The matrix to use instead of the layer's own.
  ///   - input: The first input frame of the first output.
  private func convolve(
    _ layer: ConvWeights, folded: PackedMatrix?, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
    frames: Range<Int>, total: Int, scratch: UnsafeMutablePointer<Float>
  ) {
    let kernels = multiplier.kernels
    let channels = layer.shape.channels
    if folded == nil, case .fast(let convolution) = layer.taps {
      convolution.run(
        first: frames.lowerBound, count: frames.count, total: total, x: input, y: output, scratch: scratch,
        multiplier: multiplier
      ) { first, count in
        let c = output + first * channels
        if let norm = layer.norm {
          kernels.layerNorm(norm.rows(c, count: count, appliesGELU: true))
        } else {
          kernels.gelu(c, count, channels, channels)
        }
      }
      return
    }
    guard let matrix = folded ?? layer.directMatrix else { return }
    // A folded norm is in the matrix already.
    let norm = folded == nil ? layer.norm : nil
    let rowStride = layer.shape.stride * layer.inputChannels
    for first in stride(from: 0, to: frames.count, by: multiplier.rowBlock) {
      let count = min(multiplier.rowBlock, frames.count - first)
      let c = output + first * channels
      multiplier.multiply(
        MatrixProduct(
          rows: count, a: input + first * rowStride, aStride: rowStride, matrix: matrix, c: c, cStride: channels,
          epilogue: norm == nil ? .gelu : .none, chainLength: FastConvolution.chainLength))
      if let norm { kernels.layerNorm(norm.rows(c, count: count, appliesGELU: true)) }
    }
  }

  /// Moves the frames that the next block needs again to the front of each buffer. Where a stride is longer than a kernel,
  /// frames in between are never computed.
  private func keepTails(
    _ start: inout [Int], done: inout [Int], sampleBuffer: UnsafeMutablePointer<Float>,
    buffers: [UnsafeMutablePointer<Float>]
  ) {
    start[weights.count] = done[weights.count]
    for (index, layer) in weights.enumerated().reversed() {
      let next = done[index + 1] * layer.shape.stride
      let kept = max(0, done[index] - next)
      let buffer = index == 0 ? sampleBuffer : buffers[index - 1]
      if kept > 0 {
        buffer.update(from: buffer + (next - start[index]) * layer.inputChannels, count: kept * layer.inputChannels)
      }
      start[index] = next
      done[index] = max(done[index], next)
    }
  }

  /// Frames of each layer's input, samples first, and of the last layer's output in the whole utterance.
  private func frameCounts(forSamples count: Int) -> [Int] {
    weights.reduce(into: [count]) { counts, layer in
      counts.append(layer.shape.frameCount(forInput: counts[counts.count - 1]))
    }
  }

  /// The first frame of each layer's input, samples first, that frame `frame` of the last layer depends on.
  private func firstNeeded(for frame: Int) -> [Int] {
    var frames = [frame]
    for layer in weights.reversed() {
      let last = frames.count - 1
      frames[last] -= frames[last] % layer.groupSize
      frames.append(frames[last] * layer.shape.stride)
    }
    return frames.reversed()
  }

  /// How many frames of each layer's input, samples first, are computed for the first `count` frames of the last layer:
  /// what they depend on, in whole groups as long as the utterance has them.
  private func needed(for count: Int, totals: [Int]) -> [Int] {
    var counts = [count]
    for (index, layer) in weights.enumerated().reversed() {
      let last = counts.count - 1
      counts[last] = min(counts[last].roundedUp(toMultipleOf: layer.groupSize), totals[index + 1])
      counts.append((counts[last] - 1) * layer.shape.stride + layer.shape.kernel)
    }
    return counts.reversed()
  }

  /// The most frames of each layer's input, samples first, that are held while `count` frames of the last layer are
  /// computed, wherever groups begin and end.
  private func mostHeld(for count: Int) -> [Int] {
    var counts = [count]
    for layer in weights.reversed() {
      let last = counts.count - 1
      counts[last] = counts[last].roundedUp(toMultipleOf: layer.groupSize) + layer.groupSize
      counts.append((counts[last] - 1) * layer.shape.stride + layer.shape.kernel)
    }
    return counts.reversed()
  }
}

extension ConvWeights {
  /// The matrix of the direct form, if the layer has that form.
  fileprivate var directMatrix: PackedMatrix? {
    if case .direct(let matrix) = taps { matrix } else { nil }
  }

  /// Floats of scratch.
  fileprivate var scratchCount: Int {
    if case .fast(let convolution) = taps { convolution.scratchCount } else { 0 }
  }
}
