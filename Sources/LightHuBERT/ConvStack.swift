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
  static let blockFrames = 32

  /// One worker's room: the newest frames of each layer.
  struct Scratch {
    fileprivate var samples = GrowingBuffer()
    fileprivate var layers: [GrowingBuffer]

    init(layerCount: Int) { layers = Array(repeating: GrowingBuffer(), count: layerCount) }
  }

  /// Computes frames of the last layer and hands them on block by block: [count, channels] from frame `first` on.
  ///
  /// - Parameters:
  ///   - first: Matrix of the first layer: the weights' own, or one with a group norm folded into it.
  ///   - mean: Subtracted from every sample, which is then multiplied by `factor`.
  func run(
    samples: UnsafePointer<Float>, mean: Float, factor: Float, firstMatrix: PackedMatrix, frames: Range<Int>,
    blockFrames: Int, scratch: inout Scratch, consume: (_ first: Int, _ count: Int, UnsafeMutablePointer<Float>) -> Void
  ) {
    let shapes = weights.map(\.shape)
    // Frames that exist of each layer: computed up to `done`, and still held from `start` on.
    var done = firstNeeded(for: frames.lowerBound)
    var start = done
    let capacity = needed(for: min(blockFrames, frames.count))
    let buffers = zip(shapes, capacity.dropFirst()).enumerated().map { index, layer in
      scratch.layers[index].reserve(layer.1 * layer.0.channels)
    }
    let sampleBuffer = scratch.samples.reserve(capacity[0])
    var block = frames.lowerBound
    while block < frames.upperBound {
      let blockEnd = min(block + blockFrames, frames.upperBound)
      let end = needed(for: blockEnd)
      if end[0] > done[0] {
        multiplier.kernels.standardize(
          samples + done[0], sampleBuffer + (done[0] - start[0]), end[0] - done[0], mean, factor)
        done[0] = end[0]
      }
      var input = UnsafePointer(sampleBuffer)
      for (index, layer) in weights.enumerated() {
        let rowStride = layer.shape.stride * layer.inputChannels
        let output = buffers[index] + (done[index + 1] - start[index + 1]) * layer.shape.channels
        convolve(
          layer, matrix: index == 0 ? firstMatrix : layer.matrix,
          input: input + (done[index + 1] * layer.shape.stride - start[index]) * layer.inputChannels,
          rowStride: rowStride, output: output, rows: end[index + 1] - done[index + 1])
        done[index + 1] = end[index + 1]
        input = UnsafePointer(buffers[index])
      }
      consume(block, blockEnd - block, buffers[buffers.count - 1])
      keepTails(&start, done: &done, sampleBuffer: sampleBuffer, buffers: buffers)
      block = blockEnd
    }
  }

  /// A convolution, its norm and its GELU, on as many rows at a time as stay in the second-level cache.
  private func convolve(
    _ layer: ConvWeights, matrix: PackedMatrix, input: UnsafePointer<Float>, rowStride: Int,
    output: UnsafeMutablePointer<Float>, rows: Int
  ) {
    let channels = layer.shape.channels
    // A first layer's norm is folded into its matrix; there is none in the others when the extractor has a group norm.
    let norm = layer.rows == nil ? layer.norm : nil
    for first in stride(from: 0, to: rows, by: multiplier.rowBlock) {
      let count = min(multiplier.rowBlock, rows - first)
      let c = output + first * channels
      multiplier.multiply(
        MatrixProduct(
          rows: count, a: input + first * rowStride, aStride: rowStride, matrix: matrix, c: c, cStride: channels,
          epilogue: norm == nil ? .gelu : .none))
      if let norm { multiplier.kernels.layerNorm(norm.rows(c, count: count, appliesGELU: true)) }
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

  /// The first frame of each layer's input, samples first, that frame `frame` of the last layer depends on.
  private func firstNeeded(for frame: Int) -> [Int] {
    var frames = [frame]
    for layer in weights.reversed() { frames.append(frames[frames.count - 1] * layer.shape.stride) }
    return frames.reversed()
  }

  /// How many frames of each layer's input, samples first, the first `count` frames of the last layer depend on.
  private func needed(for count: Int) -> [Int] {
    var counts = [count]
    for layer in weights.reversed() {
      counts.append((counts[counts.count - 1] - 1) * layer.shape.stride + layer.shape.kernel)
    }
    return counts.reversed()
  }
}
