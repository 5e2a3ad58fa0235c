import LHKernelTypes
import LHKernels
import LHTestSupport
import Testing

/// Convolutions in reduced precisions against the float64 one.
@Suite struct ReducedConvolutionTests {
  struct Shape: CustomTestStringConvertible, Sendable {
    let inputs, outputs, kernel, stride, total: Int
    var isFast = false
    var hasBias = false
    var outliers: [Int] = []
    var isInt8 = false
    var testDescription: String {
      "\(isInt8 ? "int8" : "bfloat16"), \(inputs) to \(outputs) channels, kernel \(kernel), stride \(stride), "
        + "\(total) frames\(isFast ? ", Toom-Cook" : "")\(hasBias ? ", biases" : ""), outliers \(outliers)"
    }
  }

  static let shapes: [Shape] = [
    Shape(inputs: 64, outputs: 64, kernel: 2, stride: 2, total: 90, hasBias: true),
    Shape(inputs: 33, outputs: 70, kernel: 3, stride: 2, total: 5),
    Shape(inputs: 32, outputs: 16, kernel: 2, stride: 3, total: 7),
    Shape(inputs: 32, outputs: 16, kernel: 5, stride: 1, total: 75),
    Shape(inputs: 64, outputs: 80, kernel: 3, stride: 2, total: 1, isFast: true, hasBias: true),
    Shape(inputs: 64, outputs: 80, kernel: 3, stride: 2, total: 2, isFast: true),
    Shape(inputs: 64, outputs: 80, kernel: 3, stride: 2, total: 3, isFast: true, hasBias: true),
    Shape(inputs: 61, outputs: 130, kernel: 3, stride: 2, total: 76, isFast: true),
    Shape(inputs: 128, outputs: 128, kernel: 3, stride: 2, total: 220, isFast: true, hasBias: true, outliers: [5, 99]),
  ].flatMap { shape in
    var int8 = shape
    int8.isInt8 = true
    return [shape, int8]
  }

  @Test(arguments: shapes, InstructionSet.available)
  func errorsAreThoseOfTheFormat(_ shape: Shape, _ set: KernelSet) {
    let subject = Case(shape, set)
    let y = subject.run(from: 0)
    let truth = subject.expected()
    var signal = 0.0
    var error = 0.0
    for (actual, expected) in zip(y, truth) {
      signal += expected * expected
      error += (Double(actual) - expected) * (Double(actual) - expected)
    }
    // Both operands are rounded: to 8 bits of mantissa, 2^-9 at most and 0.0015 on average; or to 255 steps of the
    // range, of which rows of uniform numbers have some 0.0055 on average. The sums of the Toom-Cook form lose another
    // half of that.
    let bound = shape.isInt8 ? 0.011 : 0.004
    #expect((error / signal).squareRoot() < bound, "\(set.name), \(shape.testDescription)")
  }

  @Test(arguments: shapes.filter { $0.total > 70 }, InstructionSet.available.filter { $0.name != "scalar" })
  func outputsDoNotDependOnWhereARangeBegins(_ shape: Shape, _ set: KernelSet) {
    let subject = Case(shape, set)
    let whole = subject.run(from: 0)
    for first in [3, 6, 66, 72] {
      expectIdentical(
        "\(shape.testDescription), from frame \(first)", set, subject.run(from: first),
        Array(whole[(first * shape.outputs)...]))
    }
  }

  /// A convolution with its input.
  private struct Case {
    let shape: Shape
    let multiplier: MatrixMultiplier
    let convolution: StridedConvolution
    let x: [Float]
    /// [output, input] for each tap.
    let taps: [[Float]]
    let bias: [Float]

    init(_ shape: Shape, _ set: KernelSet) {
      self.shape = shape
      multiplier = MatrixMultiplier(kernels: set, backend: .packed)
      var random = SeededNumbers(seed: 1)
      var x = random.unitFloats(((shape.total - 1) * shape.stride + shape.kernel) * shape.inputs)
      for channel in shape.outliers {
        for frame in Swift.stride(from: channel, to: x.count, by: shape.inputs) { x[frame] *= 30 }
      }
      self.x = x
      let taps = (0..<shape.kernel).map { _ in random.unitFloats(shape.inputs * shape.outputs) }
      self.taps = taps
      bias = shape.hasBias ? random.unitFloats(shape.outputs) : Array(repeating: 0, count: shape.outputs)
      convolution = try! StridedConvolution(
        kernel: shape.kernel, stride: shape.stride, inputs: shape.inputs, outputs: shape.outputs,
        hasBias: shape.hasBias, format: shape.isInt8 ? .int8(outliers: shape.outliers) : .bfloat16,
        form: shape.isFast ? .toomCook : .direct, kernels: set, arena: MemoryArena())
      convolution.pack(taps, outputs: shape.outputs, kernels: set)
      if shape.hasBias { convolution.setBias(bias) }
      convolution.finishPacking(kernels: set)
    }

    func run(from first: Int) -> [Float] {
      let x = GuardedFloats(Array(x[(shape.stride * first * shape.inputs)...]), isFenced: true)
      let y = GuardedFloats(Array(repeating: poison, count: (shape.total - first) * shape.outputs))
      let scratch = GuardedFloats(
        Array(repeating: poison, count: convolution.scratchCount(kernels: multiplier.kernels)))
      var finished = 0
      withExtendedLifetime(x) {
        convolution.run(
          first: first, count: shape.total - first, total: shape.total, x: x.start, y: y.start,
          scratch: scratch.start, multiplier: multiplier
        ) { start, count in
          #expect(start == finished, "blocks are finished in order")
          finished = start + count
        }
      }
      #expect(finished == shape.total - first)
      y.expectOnly("outputs, \(shape.testDescription)") { _ in true }
      scratch.expectOnly("scratch, \(shape.testDescription)") { _ in true }
      return y.values
    }

    func expected() -> [Double] {
      (0..<shape.total).flatMap { frame in
        (0..<shape.outputs).map { output in
          var sum = Double(bias[output])
          for (tap, weights) in taps.enumerated() {
            for input in 0..<shape.inputs {
              sum +=
                Double(x[(shape.stride * frame + tap) * shape.inputs + input])
                * Double(weights[output * shape.inputs + input])
            }
          }
          return sum
        }
      }
    }
  }
}
