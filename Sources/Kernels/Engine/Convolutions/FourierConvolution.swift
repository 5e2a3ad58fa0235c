import Glibc
package import LHKernelTypes
package import LHSystem

/// A grouped convolution over time with a long kernel, as many outputs as inputs and stride 1, by Fourier transforms of
/// blocks of frames (overlap-save): each output frame t is
///
///     y[t] = bias + sum over k of w[k] x[t + k - kernel / 2]
///
/// with zeros where there are no frames. With the spectra of the taps made once, the sum over k becomes one product of
/// matrices for each bin, [2 blocks, inputs] by [inputs, 2 outputs], the factors 2 for the parts of complex numbers. A
/// block of 256 frames gives 257 - kernel outputs. A sequence so short that no outputs run over into others modulo
/// z^128 + 1 is one half block, and reads half of the weights.
///
/// With 48 channels and 128 taps the largest rounding error is 9e-7 of the outputs' deviation, and all outputs of a
/// block share it. (In the direct form it is 1.5e-6.)
package struct FourierConvolution: Sendable {
  /// Taps, at most `longestKernel`.
  package let kernel: Int
  /// Groups.
  package let groups: Int
  /// Channels of a group.
  package let width: Int
  /// Spectra of the taps: a matrix for each group and bin, [inputs, real parts of all outputs, then imaginary ones], as
  /// panels like those of `WeightMatrix`.
  private let weights: AlignedBuffer
  private let biases: AlignedBuffer
  /// How a matrix lies.
  private let layout: PanelLayout

  /// The longest kernel for which half of a block is still outputs.
  package static let longestKernel = BlockTransform.size / 2
  /// Blocks of a task: enough to fill the tallest tile, and few enough that there are tasks for many threads.
  private static let blocksAtATime = 3

  /// A convolution whose taps and biases are zero until they are set.
  ///
  /// - Parameter arena: Where memory comes from.
  package init(kernel: Int, groups: Int, width: Int, kernels: KernelSet, arena: MemoryArena)
    throws(OutOfMemory)
  {
    precondition((1...FourierConvolution.longestKernel).contains(kernel), "\(kernel) taps")
    self.kernel = kernel
    self.groups = groups
    self.width = width
    layout = PanelLayout(words: width, columns: 2 * width, kernels: kernels)
    weights = try AlignedBuffer(count: groups * BlockTransform.binCount * layout.wordCount, in: arena)
    biases = try AlignedBuffer(count: groups * width, in: arena)
  }

  /// Floats of scratch for `setTaps`.
  package var tapScratchCount: Int { (kernel * width).wholeCacheLines + BlockTransform.binCount * rowWidth }

  /// Sets the taps of a group, [output, input, kernel] with `outputStride` between outputs. Different groups may be set
  /// at the same time.
  ///
  /// - Parameter scratch: `tapScratchCount` floats.
  package func setTaps(
    _ taps: UnsafePointer<Float>, outputStride: Int, group: Int, scratch: UnsafeMutablePointer<Float>,
    kernels: KernelSet
  ) {
    let rows = scratch
    let spectrum = rows + (kernel * width).wholeCacheLines
    let transform = BlockTransform(
      isHalf: false, roots: UnsafePointer(roots), columns: width, firstRow: 0, rowCount: kernel,
      rowStride: -width, binStride: rowWidth, partStride: width)
    for input in 0..<width {
      kernels.transpose(
        Transposition(
          rows: width, columns: kernel, source: taps + input * kernel, sourceStride: outputStride, destination: rows,
          destinationStride: width))
      kernels.forwardTransform(
        ForwardTransform(block: transform, rows: rows + (kernel - 1) * width, spectrum: spectrum))
      for bin in 0..<BlockTransform.binCount {
        let matrix = self.matrix(group: group, bin: bin)
        for index in 0..<layout.panelCount {
          let panel = layout.panel(index)
          (matrix + (panel.start + input * panel.width))
            .update(from: spectrum + (bin * rowWidth + panel.columns.lowerBound), count: panel.width)
        }
      }
    }
  }

  /// The biases of all groups, [groups * width], to be written.
  package var bias: UnsafeMutablePointer<Float> { biases.start }

  /// Bytes of the spectra and biases.
  package var byteCount: Int { (weights.count + biases.count) * MemoryLayout<Float>.stride }

  private func matrix(group: Int, bin: Int) -> UnsafeMutablePointer<Float> {
    weights.start + (group * BlockTransform.binCount + bin) * layout.wordCount
  }

  /// Columns of a matrix, filled to whole vectors.
  private var rowWidth: Int { layout.storedColumns }

  /// Floats of scratch.
  package var scratchCount: Int {
    2 * FourierConvolution.blocksAtATime * (BlockTransform.binCount * width + rowWidth)
  }

  /// Parts of the work, which may be done in any order and at the same time.
  package func taskCount(frames: Int) -> Int { groups * tasksPerGroup(frames: frames) }

  /// Output frames of a whole block.
  private var outputFrames: Int { BlockTransform.size + 1 - kernel }
  private func isHalf(frames: Int) -> Bool { frames <= BlockTransform.size / 2 - kernel / 2 }
  private func blockCount(frames: Int) -> Int {
    isHalf(frames: frames) ? 1 : (frames + outputFrames - 1) / outputFrames
  }
  private func tasksPerGroup(frames: Int) -> Int {
    (blockCount(frames: frames) + FourierConvolution.blocksAtATime - 1) / FourierConvolution.blocksAtATime
  }

  /// Computes one task's outputs.
  ///
  /// - Parameters:
  ///   - frames: Frames of the whole sequence, at least 1.
  ///   - x: The whole sequence, [frames, groups * width].
  ///   - y: All outputs, of the same shape; not `x`.
  ///   - scratch: `scratchCount` floats.
  package func run(
    task: Int, frames: Int, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>,
    scratch spectra: UnsafeMutablePointer<Float>, kernels: KernelSet
  ) {
    // The tasks of a group follow each other, since they read the same weights.
    let tasks = tasksPerGroup(frames: frames)
    let group = task / tasks
    let all = blockCount(frames: frames)
    let blocks = task % tasks * all / tasks..<(task % tasks + 1) * all / tasks
    let isHalf = isHalf(frames: frames)
    let size = BlockTransform.size(isHalf: isHalf)
    let stride = groups * width
    var transform = BlockTransform(
      isHalf: isHalf, roots: UnsafePointer(roots), columns: width, firstRow: 0, rowCount: 0, rowStride: stride,
      binStride: 2 * blocks.count * width, partStride: width)

    for block in blocks {
      let start = isHalf ? 0 : block * outputFrames - kernel / 2
      let inputs = max(start, 0)..<min(start + size, frames)
      transform.firstRow = inputs.lowerBound - start
      transform.rowCount = inputs.count
      kernels.forwardTransform(
        ForwardTransform(
          block: transform, rows: x + (inputs.lowerBound * stride + group * width),
          spectrum: spectra + 2 * (block - blocks.lowerBound) * width))
    }
    multiply(group: group, blocks: blocks.count, isHalf: isHalf, spectra: spectra, kernels: kernels)
    for block in blocks {
      let outputs = isHalf ? 0..<frames : block * outputFrames..<min((block + 1) * outputFrames, frames)
      // The taps are stored from last to first, which delays the outputs.
      transform.firstRow = isHalf ? kernel - 1 - kernel / 2 : kernel - 1
      transform.rowCount = outputs.count
      kernels.inverseTransform(
        InverseTransform(
          block: transform, spectrum: spectra + 2 * (block - blocks.lowerBound) * width,
          bias: biases.start + group * width, rows: y + (outputs.lowerBound * stride + group * width)))
    }
  }

  /// Multiplies the spectra of some blocks with those of the taps, in place: [bin][block][part][channel].
  private func multiply(
    group: Int, blocks: Int, isHalf: Bool, spectra: UnsafeMutablePointer<Float>, kernels: KernelSet
  ) {
    let bins = (isHalf ? BlockTransform.binCount / 2 : 0)..<BlockTransform.binCount
    let products = spectra + 2 * bins.count * blocks * width
    for bin in bins {
      let spectrum = spectra + 2 * (bin - bins.lowerBound) * blocks * width
      let matrix = UnsafePointer(self.matrix(group: group, bin: bin))
      for index in 0..<layout.panelCount {
        let panel = layout.panel(index)
        kernels.multiplyPanel(
          PanelProduct(
            rows: 2 * blocks, depth: width, a: spectrum, aStride: width, b: matrix + panel.start,
            bStride: panel.width, vectors: panel.width / kernels.lanes, bias: nil, accumulates: false,
            c: products + panel.columns.lowerBound, cStride: rowWidth, width: panel.width))
      }
      if bin > 0 {
        kernels.complexProducts(
          ComplexProducts(products: products, stride: rowWidth, count: blocks, columns: width, y: spectrum))
      } else {
        // Two real values stand where other bins have a complex one.
        for block in 0..<blocks {
          let product = products + 2 * block * rowWidth
          (spectrum + 2 * block * width).update(from: product, count: width)
          (spectrum + (2 * block + 1) * width).update(from: product + (rowWidth + width), count: width)
        }
      }
    }
  }
}

/// See `BlockTransform.roots`.
private nonisolated(unsafe) let roots: UnsafeMutablePointer<Float> = {
  let roots = UnsafeMutablePointer<Float>.zeros(count: 2 * BlockTransform.binCount)
  for bin in 1..<BlockTransform.binCount {
    let angle = BlockTransform.angle(ofRoot: bin)
    roots[2 * bin] = Float(cos(angle))
    roots[2 * bin + 1] = Float(sin(angle))
  }
  return roots
}()

extension BlockTransform {
  /// The argument of a root, in 0..<2 pi; bins from 1 on.
  static func angle(ofRoot bin: Int) -> Double {
    if bin == 1 { return .pi / 2 }
    return angle(ofRoot: bin / 2) / 2 + (bin.isMultiple(of: 2) ? 0 : .pi)
  }
}
