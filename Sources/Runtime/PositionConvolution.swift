import LHKernelTypes
import LHKernels

/// The position convolution: x = x + f(x), f one grouped convolution and GELU, or several with a layer norm each, or
/// one with a gain and a bias of each channel before it.
///
/// Frames are padded with kernel / 2 zeros on both sides, and the last output of an even kernel is dropped, so that
/// there is an output for each input.
struct PositionConvolution {
  let layers: [PositionWeights]
  /// Gain and bias of each channel, [E], which the first convolution's input gets; nil for none.
  let norm: NormWeights?
  let multiplier: MatrixMultiplier

  /// Frames of a task. Longer ones copy less at their ends.
  private static let blockFrames = 192

  /// Floats of scratch that each thread needs.
  private var scratchCount: Int {
    layers.reduce(0) { most, layer in
      switch layer {
      case .direct(let layer):
        max(most, (layer.kernel - 1 + PositionConvolution.blockFrames) * layer.inputPerGroup)
      case .fourier(let convolution): max(most, convolution.scratchCount)
      }
    }
  }

  /// Floats of a layer's output. Several layers take turns with two buffers.
  private func bufferCount(frames: Int) -> Int {
    layers.reduce(0) { max($0, frames * $1.widestChannels) }.wholeCacheLines
  }

  /// Outputs that are there at a time.
  private var bufferCount: Int { norm == nil ? min(layers.count, 2) : 2 }

  /// Floats of workspace.
  func workspaceCount(frames: Int, threads: Int) -> Int {
    bufferCount * bufferCount(frames: frames) + threads * scratchCount
  }

  /// Adds the convolution of `x`, [frames, E], to `x`.
  ///
  /// - Parameter workspace: `workspaceCount(...)` floats.
  func add(
    to x: UnsafeMutablePointer<Float>, frames: Int, workspace: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    var input = UnsafePointer(x)
    var output = workspace
    var other = bufferCount > 1 ? workspace + bufferCount(frames: frames) : workspace
    let scratch = other + bufferCount(frames: frames)
    if let norm {
      scaleChannels(norm, x, to: other, frames: frames, on: pool)
      input = UnsafePointer(other)
    }
    let scratchCount = scratchCount
    for layer in layers {
      switch layer {
      case .direct(let layer):
        convolve(layer, input, to: output, frames: frames, scratch: scratch, on: pool)
      case .fourier(let convolution):
        let (input, output) = (input, output)
        pool.run(convolution.taskCount(frames: frames)) { task, worker in
          convolution.run(
            task: task, frames: frames, x: input, y: output, scratch: scratch + worker * scratchCount,
            kernels: multiplier.kernels)
        }
      }
      if layers.count > 1 { normalize(output, frames: frames, width: layer.outputChannels, on: pool) }
      input = UnsafePointer(output)
      swap(&output, &other)
    }
    guard let width = layers.last?.outputChannels else { return }
    let y = UnsafeMutablePointer(mutating: input)
    let kernels = multiplier.kernels
    let isSingle = layers.count == 1
    forEachBlock(of: frames, on: pool) { first, count in
      let y = y + first * width
      if isSingle { kernels.gelu(ElementwiseRows(rows: count, width: width, x: y, stride: width)) }
      kernels.add(AddElements(x: x + first * width, y: y, count: count * width))
    }
  }

  /// The layer norm, without gain and bias, and GELU after each of several layers; in place.
  private func normalize(_ y: UnsafeMutablePointer<Float>, frames: Int, width: Int, on pool: WorkerPool) {
    forEachBlock(of: frames, on: pool) { first, count in
      let y = y + first * width
      multiplier.kernels.layerNorm(
        LayerNormRows(
          rows: count, width: width, x: y, xStride: width, y: y, yStride: width, gain: nil, bias: nil, gelu: .exact
        ))
    }
  }

  /// y = x * gain + bias, channel by channel. Beyond the ends the convolution sees zeros, not biases, which is why this
  /// cannot be a part of its weights.
  private func scaleChannels(
    _ norm: NormWeights, _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, frames: Int, on pool: WorkerPool
  ) {
    let width = norm.gain.count
    let (gain, bias) = (UnsafePointer(norm.gain.start), UnsafePointer(norm.bias.start))
    forEachBlock(of: frames, on: pool) { first, count in
      for frame in first..<first + count {
        let (x, y) = (x + frame * width, y + frame * width)
        for channel in 0..<width { y[channel] = x[channel] * gain[channel] + bias[channel] }
      }
    }
  }

  private func forEachBlock(of frames: Int, on pool: WorkerPool, _ body: (_ first: Int, _ count: Int) -> Void) {
    let block = PositionConvolution.blockFrames
    pool.run((frames + block - 1) / block) { task, _ in body(task * block, min(block, frames - task * block)) }
  }

  private func convolve(
    _ layer: GroupedConvWeights, _ input: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>, frames: Int,
    scratch: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    let groups = layer.groups.count
    let width = layer.outputPerGroup * groups
    let block = PositionConvolution.blockFrames
    let blocks = (frames + block - 1) / block
    let scratchCount = scratchCount
    pool.run(groups * blocks) { task, worker in
      let group = task % groups
      let range = task / groups * block..<min((task / groups + 1) * block, frames)
      let rows = scratch + worker * scratchCount
      gather(layer, group: group, input, range, frames: frames, to: rows)
      layer.groups[group].multiply(
        MatrixProduct(
          rows: range.count, a: rows, aStride: layer.inputPerGroup,
          c: output + (range.lowerBound * width + group * layer.outputPerGroup), cStride: width), with: multiplier)
    }
  }

  /// Copies a group's channels of the frames that some outputs depend on: [frames + kernel - 1, inputPerGroup], zeros
  /// where there are no frames.
  private func gather(
    _ layer: GroupedConvWeights, group: Int, _ input: UnsafePointer<Float>, _ outputs: Range<Int>, frames: Int,
    to rows: UnsafeMutablePointer<Float>
  ) {
    let count = layer.inputPerGroup
    let width = count * layer.groups.count
    let first = outputs.lowerBound - layer.kernel / 2
    for row in 0..<outputs.count + layer.kernel - 1 {
      let frame = first + row
      if frame >= 0 && frame < frames {
        (rows + row * count).update(from: input + (frame * width + group * count), count: count)
      } else {
        (rows + row * count).update(repeating: 0, count: count)
      }
    }
  }
}
