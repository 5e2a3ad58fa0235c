import LHKernelTypes
import LHKernels
import LHTestSupport
import Testing

/// The convolution by Fourier transforms against the direct one in double precision.
@Suite struct FourierConvolutionTests {
  static let kernels = InstructionSet.available.filter { $0.name != "scalar" }

  @Test(arguments: kernels, [4, 6, 8, 16, 24, 40, 48])
  func agreesWithTheDirectForm(_ set: KernelSet, width: Int) {
    for frames in [1, 2, 49, 63, 64, 65, 66, 127, 128, 129, 130, 300, 749] {
      expectClose(Convolution(kernel: 128, groups: 2, width: width, frames: frames), set)
    }
  }

  /// As far as the half block reaches and one frame further, as far as one block and further.
  @Test(arguments: kernels, [1, 2, 3, 33, 95, 127, 128])
  func takesAnyKernel(_ set: KernelSet, kernel: Int) {
    let half = 128 - kernel / 2
    let whole = 257 - kernel
    for frames in [1, half - 1, half, half + 1, whole, whole + 1, 6 * whole, 6 * whole + 1, 13 * whole + 5] {
      expectClose(Convolution(kernel: kernel, groups: 1, width: 5, frames: frames), set)
    }
  }

  /// The reference is slow: one group, and few frames.
  @Test(arguments: [4, 24, 48])
  func theReferenceAgreesToo(width: Int) throws {
    for frames in [14, 64, 200] {
      expectClose(Convolution(kernel: 128, groups: 1, width: width, frames: frames), try .scalar)
    }
  }

  /// Where a block has other values, its rounding errors reach all of its outputs, but no other block's.
  @Test(arguments: kernels)
  func blocksDoNotDependOnEachOther(_ set: KernelSet) {
    var short = Convolution(kernel: 128, groups: 1, width: 24, frames: 1200)
    let long = short
    short.frames = 800
    let y = (short.run(set), long.run(set))
    expectIdentical("first 5 blocks", set, Array(y.0[..<(5 * 129 * 24)]), Array(y.1[..<(5 * 129 * 24)]))
  }

  private func expectClose(_ convolution: Convolution, _ set: KernelSet) {
    // Inputs and weights have unit variance: the outputs' deviation is what the difference is held against. In the
    // direct form it is up to 1.4e-6 with 48 channels, here up to 1.2e-6.
    let deviation = Double(convolution.kernel * convolution.width).squareRoot()
    expectWithin("\(convolution)", set, convolution.run(set), convolution.expected()) { _ in 2e-6 * deviation }
  }
}

/// A convolution with random taps and inputs.
private struct Convolution: CustomStringConvertible {
  let kernel: Int
  let groups: Int
  let width: Int
  var frames: Int
  /// [groups * width, width, kernel]
  private let taps: [Float]
  private let bias: [Float]
  /// [frames, groups * width]
  private let x: [Float]

  init(kernel: Int, groups: Int, width: Int, frames: Int) {
    (self.kernel, self.groups, self.width, self.frames) = (kernel, groups, width, frames)
    var random = SeededNumbers(seed: 1)
    let unit = Float(3).squareRoot()
    taps = random.floats(groups * width * width * kernel).map { $0 * unit }
    bias = random.floats(groups * width)
    x = random.floats(frames * groups * width).map { $0 * unit }
  }

  var description: String { "\(kernel) taps, \(groups) groups of \(width), \(frames) frames" }

  func run(_ set: KernelSet) -> [Float] {
    let convolution = try! FourierConvolution(
      kernel: kernel, groups: groups, width: width, kernels: set, arena: MemoryArena())
    let tapScratch = GuardedFloats(Array(repeating: poison, count: convolution.tapScratchCount), isFenced: true)
    for group in 0..<groups {
      let size = width * width * kernel
      convolution.setTaps(
        Array(taps[group * size..<(group + 1) * size]), outputStride: width * kernel, group: group,
        scratch: tapScratch.start, kernels: set)
    }
    tapScratch.expectOnly("\(self)") { _ in true }
    convolution.bias.update(from: bias, count: bias.count)
    let x = GuardedFloats(Array(x[..<(frames * groups * width)]), isFenced: true)
    let y = GuardedFloats(Array(repeating: poison, count: frames * groups * width), isFenced: true)
    let scratch = GuardedFloats(Array(repeating: poison, count: convolution.scratchCount), isFenced: true)
    for task in (0..<convolution.taskCount(frames: frames)).reversed() {
      convolution.run(task: task, frames: frames, x: x.start, y: y.start, scratch: scratch.start, kernels: set)
    }
    x.expectOnly("\(self)") { _ in false }
    scratch.expectOnly("\(self)") { _ in true }
    y.expectOnly("\(self)") { _ in true }
    return y.values
  }

  /// The direct form in double precision.
  func expected() -> [Double] {
    let stride = groups * width
    var y = [Double](repeating: 0, count: frames * stride)
    for channel in 0..<stride {
      let group = channel / width
      // [kernel, width]
      let taps = (0..<kernel * width).map { Double(self.taps[(channel * width + $0 % width) * kernel + $0 / width]) }
      for frame in 0..<frames {
        var sum = Double(bias[channel])
        let first = frame - kernel / 2
        for tap in max(0, -first)..<min(kernel, frames - first) {
          for input in 0..<width {
            sum += taps[tap * width + input] * Double(x[(first + tap) * stride + group * width + input])
          }
        }
        y[frame * stride + channel] = sum
      }
    }
    return y
  }
}
