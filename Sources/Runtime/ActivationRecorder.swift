package import LHModel
package import LHQuantization

/// Collects statistics of what a session's products multiply, for calibration.
///
/// Sees every frame that a layer uses once, whatever the blocks and the number of threads, since the feature extractor
/// runs on one thread under a recorder. All else is recorded by the calling thread between the parallel steps.
package final class ActivationRecorder {
  /// One that has seen nothing.
  package init() {}

  private var sums: [QuantizableLayer: ChannelSums] = [:]

  /// Adds rows that a layer is about to multiply.
  ///
  /// - Parameter stride: Distance between the beginnings of rows, in floats.
  func record(_ layer: QuantizableLayer, _ rows: UnsafePointer<Float>, count: Int, stride: Int, width: Int) {
    sums[layer, default: ChannelSums(width: width)].add(rows, count: count, stride: stride)
  }

  /// What was seen; nil when a layer saw nothing.
  package func statistics(_ shape: EncoderShape) -> ActivationStatistics? {
    guard QuantizableLayer.all(shape).allSatisfy({ sums[$0] != nil }) else { return nil }
    return ActivationStatistics(shape) { layer in
      guard let sums = sums[layer] else { preconditionFailure("every layer was looked up") }
      return sums.statistics
    }
  }
}

/// Sums over the frames of one layer's input.
private struct ChannelSums {
  private var squares: [Double]
  private var minima: [Float]
  private var maxima: [Float]
  private var frameCount = 0

  init(width: Int) {
    squares = Array(repeating: 0, count: width)
    minima = Array(repeating: .infinity, count: width)
    maxima = Array(repeating: -.infinity, count: width)
  }

  mutating func add(_ rows: UnsafePointer<Float>, count: Int, stride: Int) {
    for row in 0..<count {
      let row = rows + row * stride
      for channel in squares.indices {
        let value = row[channel]
        squares[channel] += Double(value) * Double(value)
        minima[channel] = value < minima[channel] ? value : minima[channel]
        maxima[channel] = value > maxima[channel] ? value : maxima[channel]
      }
    }
    frameCount += count
  }

  var statistics: ChannelStatistics {
    ChannelStatistics(
      meanSquares: squares.map { $0 / Double(max(frameCount, 1)) }, minima: minima.map(Double.init),
      maxima: maxima.map(Double.init), frameCount: frameCount)
  }
}

extension ConvStack {
  /// Shows the recorder the frames of a layer's output that were just computed, as far as the next layer uses them.
  func recordOutput(of layer: Int, _ levels: UnsafeMutableBufferPointer<Level>) {
    guard let recorder, layer + 1 < weights.count else { return }
    let next = weights[layer + 1].shape
    let level = levels[layer + 1]
    let width = weights[layer].shape.channels
    let used = (levels[layer + 2].total - 1) * next.stride + next.kernel
    recorder.record(
      .convolution(layer + 1), level.buffer + (level.done - level.start) * width,
      count: max(0, min(level.end, used) - level.done), stride: width, width: width)
  }
}
