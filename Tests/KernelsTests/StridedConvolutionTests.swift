import LHKernelTypes
import LHKernels
import LHTestSupport
import Testing

/// The fast forms of a float32 convolution against the direct one in double precision.
@Suite struct StridedConvolutionTests {
  struct Shape: CustomTestStringConvertible, Sendable {
    let inputs: Int
    let outputs: Int
    let total: Int
    let hasBias: Bool
    var usesStrassen = false
    var testDescription: String {
      "\(inputs) to \(outputs) channels, \(total) frames\(hasBias ? ", biases" : "")"
        + (usesStrassen ? ", by Strassen's algorithm" : "")
    }
  }

  static let shapes = [
    Shape(inputs: 32, outputs: 32, total: 1, hasBias: false), Shape(inputs: 32, outputs: 32, total: 2, hasBias: true),
    Shape(inputs: 32, outputs: 32, total: 3, hasBias: true), Shape(inputs: 17, outputs: 70, total: 109, hasBias: true),
    Shape(inputs: 512, outputs: 512, total: 230, hasBias: false),
    // The form is not one for Strassen's algorithm: too few channels, and outputs that are no pairs of panels.
    Shape(inputs: 96, outputs: 256, total: 13, hasBias: true, usesStrassen: true),
    Shape(inputs: 128, outputs: 80, total: 13, hasBias: true, usesStrassen: true),
  ]

  /// Fewer outputs than a group has, whole groups, incomplete ones, and more than are computed at a time.
  static let strassenShapes =
    [1, 5, 6, 7, 11, 12, 149, 230].map { total in
      Shape(inputs: 512, outputs: 512, total: total, hasBias: total.isMultiple(of: 2), usesStrassen: true)
    } + [
      Shape(inputs: 128, outputs: 256, total: 80, hasBias: true, usesStrassen: true),
      Shape(inputs: 160, outputs: 128, total: 73, hasBias: false, usesStrassen: true),
      Shape(inputs: 1024, outputs: 128, total: 13, hasBias: true, usesStrassen: true),
    ]

  @Test(arguments: shapes + strassenShapes)
  func agreesWithTheDirectForm(_ shape: Shape) {
    var random = SeededNumbers(seed: 1)
    let x = random.unitFloats((2 * shape.total + 1) * shape.inputs)
    let taps = (0..<3).map { _ in random.unitFloats(shape.inputs * shape.outputs) }  // [output, input]
    let bias = shape.hasBias ? random.unitFloats(shape.outputs) : [Float](repeating: 0, count: shape.outputs)
    let truth = expected(shape, x, taps, bias)
    let size = Double(3 * shape.inputs).squareRoot()
    // The reference is slow.
    for set in InstructionSet.available where set.name != "scalar" || shape.total < 20 {
      let multiplier = MatrixMultiplier(kernels: set, backend: .packed)
      let convolution = convolution(taps, bias: shape.hasBias ? bias : nil, shape, multiplier)
      // Inputs and weights have unit variance: the outputs' deviation is what the difference is held against. With 512
      // channels the direct form in one chain of additions is off by up to 2.2e-6, this one by 1.4e-6, and by 1.9e-6
      // with Strassen's algorithm.
      expectWithin(
        "fast convolution, \(shape.testDescription)", set, run(convolution, x, shape, from: 0, multiplier), truth
      ) { _ in (shape.usesStrassen ? 3e-6 : 2e-6) * size }
    }
  }

  /// The direct form in double precision.
  private func expected(_ shape: Shape, _ x: [Float], _ taps: [[Float]], _ bias: [Float]) -> [Double] {
    // [tap, input, output], so that the innermost loop runs along rows.
    let columns = taps.map { tap in
      (0..<shape.inputs * shape.outputs).map { Double(tap[$0 % shape.outputs * shape.inputs + $0 / shape.outputs]) }
    }
    var y = (0..<shape.total * shape.outputs).map { Double(bias[$0 % shape.outputs]) }
    y.withUnsafeMutableBufferPointer { y in
      for frame in 0..<shape.total {
        for (tap, columns) in columns.enumerated() {
          columns.withUnsafeBufferPointer { columns in
            for input in 0..<shape.inputs {
              let factor = Double(x[(2 * frame + tap) * shape.inputs + input])
              for output in 0..<shape.outputs {
                y[frame * shape.outputs + output] += factor * columns[input * shape.outputs + output]
              }
            }
          }
        }
      }
    }
    return y
  }

  static let rangeShapes = [
    Shape(inputs: 64, outputs: 80, total: 250, hasBias: false),
    Shape(inputs: 128, outputs: 128, total: 250, hasBias: true, usesStrassen: true),
  ]

  @Test(arguments: rangeShapes, StrassenProductTests.fastSets)
  func outputsDoNotDependOnWhereARangeBegins(_ shape: Shape, _ set: KernelSet) {
    let multiplier = MatrixMultiplier(kernels: set, backend: .packed)
    var random = SeededNumbers(seed: 1)
    let x = random.unitFloats((2 * shape.total + 1) * shape.inputs)
    let taps = (0..<3).map { _ in random.unitFloats(shape.inputs * shape.outputs) }
    let bias = shape.hasBias ? random.unitFloats(shape.outputs) : nil
    let convolution = convolution(taps, bias: bias, shape, multiplier)
    #expect(convolution.groupSize == (shape.usesStrassen ? 6 : 3))
    let whole = run(convolution, x, shape, from: 0, multiplier)
    for first in [3, 6, 66, 72, 96, 99, 111, 114, 246, 249] where first.isMultiple(of: convolution.groupSize) {
      let part = run(convolution, x, shape, from: first, multiplier)
      expectIdentical(
        "\(shape.testDescription), from frame \(first)", set, part, Array(whole[(first * shape.outputs)...]))
    }
  }

  private func run(
    _ convolution: StridedConvolution, _ x: [Float], _ shape: Shape, from first: Int, _ multiplier: MatrixMultiplier
  ) -> [Float] {
    let x = GuardedFloats(Array(x[(2 * first * shape.inputs)...]), isFenced: true)
    let y = GuardedFloats(Array(repeating: poison, count: (shape.total - first) * shape.outputs))
    let scratch = GuardedFloats(Array(repeating: poison, count: convolution.scratchCount(kernels: multiplier.kernels)))
    var finished = 0
    withExtendedLifetime(x) {
      convolution.run(
        first: first, count: shape.total - first, total: shape.total, x: x.start, y: y.start, scratch: scratch.start,
        multiplier: multiplier
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

  /// A convolution with these taps, [output, input] each.
  private func convolution(
    _ taps: [[Float]], bias: [Float]?, _ shape: Shape, _ multiplier: MatrixMultiplier
  ) -> StridedConvolution {
    let kernels = multiplier.kernels
    let convolution = try! StridedConvolution(
      kernel: 3, stride: 2, inputs: shape.inputs, outputs: shape.outputs, hasBias: bias != nil, format: .float32,
      form: shape.usesStrassen ? .toomCookStrassen : .toomCook, kernels: kernels, arena: MemoryArena())
    convolution.pack(taps, outputs: shape.outputs, kernels: kernels)
    if let bias { convolution.setBias(bias) }
    convolution.finishPacking(kernels: kernels)
    return convolution
  }
}

extension StridedConvolution {
  /// Packs taps, [output, input] each, some outputs at a time.
  func pack(_ taps: [[Float]], outputs: Int, kernels: KernelSet) {
    let inputs = taps[0].count / outputs
    let many = 16
    let scratch = GuardedFloats(Array(repeating: poison, count: packScratchCount(outputs: many)))
    for first in Swift.stride(from: 0, to: outputs, by: many) {
      let count = min(many, outputs - first)
      // [output, input, tap]
      let rows = (first * inputs..<(first + count) * inputs).flatMap { place in taps.map { $0[place] } }
      pack(rows: rows, count: count, atOutput: first, scratch: scratch.start, kernels: kernels)
    }
    scratch.expectOnly("scratch of packing") { _ in true }
  }
}

extension SeededNumbers {
  /// Floats of mean 0 and variance 1.
  mutating func unitFloats(_ count: Int) -> [Float] { floats(count).map { $0 * Float(3).squareRoot() } }
}
