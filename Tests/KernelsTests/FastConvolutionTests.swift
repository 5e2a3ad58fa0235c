import KernelTypes
import Kernels
import TestSupport
import Testing

/// The fast form of a convolution against the direct one in double precision.
@Suite struct FastConvolutionTests {
  struct Shape: CustomTestStringConvertible, Sendable {
    let inputs: Int
    let outputs: Int
    let total: Int
    let hasBias: Bool
    var testDescription: String { "\(inputs) to \(outputs) channels, \(total) frames\(hasBias ? ", biases" : "")" }
  }

  static let shapes = [
    Shape(inputs: 32, outputs: 32, total: 1, hasBias: false), Shape(inputs: 32, outputs: 32, total: 2, hasBias: true),
    Shape(inputs: 32, outputs: 32, total: 3, hasBias: true), Shape(inputs: 17, outputs: 70, total: 109, hasBias: true),
    Shape(inputs: 512, outputs: 512, total: 230, hasBias: false),
  ]

  @Test(arguments: shapes, InstructionSet.available.filter { $0.name != "scalar" }.map(\.name))
  func agreesWithTheDirectForm(_ shape: Shape, instructionSet: String) throws {
    let kernels = try InstructionSet.select(instructionSet)
    let multiplier = MatrixMultiplier(kernels: kernels, backend: .packed)
    var random = SeededNumbers(seed: 1)
    let x = random.unitFloats((2 * shape.total + 1) * shape.inputs)
    let taps = (0..<3).map { _ in random.unitFloats(shape.inputs * shape.outputs) }  // [output, input]
    let bias = shape.hasBias ? random.unitFloats(shape.outputs) : [Float](repeating: 0, count: shape.outputs)
    let convolution = FastConvolution(
      w0: pack(taps[0], shape, multiplier), w1: pack(taps[1], shape, multiplier), w2: pack(taps[2], shape, multiplier),
      plus: pack(zip(taps[0], taps[2]).map { ($0 + $1) / 2 }, shape, multiplier, bias: shape.hasBias ? bias : nil),
      minus: pack(zip(taps[0], taps[2]).map { ($0 - $1) / 2 }, shape, multiplier))
    let y = run(convolution, x, shape, from: 0, multiplier)

    var worst = (ratio: 0.0, index: 0)
    for frame in 0..<shape.total {
      for output in 0..<shape.outputs {
        var sum = Double(bias[output])
        for tap in 0..<3 {
          for input in 0..<shape.inputs {
            sum +=
              Double(x[(2 * frame + tap) * shape.inputs + input]) * Double(taps[tap][output * shape.inputs + input])
          }
        }
        let index = frame * shape.outputs + output
        let ratio = abs(Double(y[index]) - sum) / Double(3 * shape.inputs).squareRoot()
        if !(ratio <= worst.ratio) { worst = (ratio, index) }
      }
    }
    // Inputs and weights have unit variance: the outputs' deviation is what the difference is held against. The direct form
    // in one chain of additions is off by up to 2.2e-6 with 512 channels.
    #expect(worst.ratio < 2e-6, "\(kernels.name), \(shape.testDescription), element \(worst.index)")
  }

  @Test func outputsDoNotDependOnWhereARangeBegins() throws {
    let shape = Shape(inputs: 64, outputs: 80, total: 250, hasBias: false)
    let multiplier = MatrixMultiplier(kernels: try InstructionSet.select(), backend: .packed)
    var random = SeededNumbers(seed: 1)
    let x = random.unitFloats((2 * shape.total + 1) * shape.inputs)
    let matrices = (0..<5).map { _ in pack(random.unitFloats(shape.inputs * shape.outputs), shape, multiplier) }
    let convolution = FastConvolution(
      w0: matrices[0], w1: matrices[1], w2: matrices[2], plus: matrices[3], minus: matrices[4])
    let whole = run(convolution, x, shape, from: 0, multiplier)
    for first in [3, 99, 111, 246, 249] {
      let part = run(convolution, x, shape, from: first, multiplier)
      #expect(part == Array(whole[(first * shape.outputs)...]), "from frame \(first)")
    }
  }

  private func run(
    _ convolution: FastConvolution, _ x: [Float], _ shape: Shape, from first: Int, _ multiplier: MatrixMultiplier
  ) -> [Float] {
    var y = [Float](repeating: .nan, count: (shape.total - first) * shape.outputs)
    var scratch = [Float](repeating: .nan, count: convolution.scratchCount)
    var finished = 0
    x.withUnsafeBufferPointer { x in
      y.withUnsafeMutableBufferPointer { y in
        scratch.withUnsafeMutableBufferPointer { scratch in
          convolution.run(
            first: first, count: shape.total - first, total: shape.total,
            x: x.baseAddress! + 2 * first * shape.inputs, y: y.baseAddress!, scratch: scratch.baseAddress!,
            multiplier: multiplier
          ) { start, count in
            #expect(start == finished, "blocks are finished in order")
            finished = start + count
          }
        }
      }
    }
    #expect(finished == shape.total - first)
    return y
  }

  private func pack(
    _ rows: [Float], _ shape: Shape, _ multiplier: MatrixMultiplier, bias: [Float]? = nil
  ) -> PackedMatrix {
    let matrix = multiplier.matrix(depth: shape.inputs, columns: shape.outputs, hasBias: bias != nil)
    matrix.pack(
      rows: rows, count: shape.outputs, stride: shape.inputs, atColumn: 0, kernels: multiplier.kernels)
    if let bias { matrix.setBias(bias, count: bias.count, atColumn: 0) }
    return matrix
  }
}

extension SeededNumbers {
  /// Floats of mean 0 and variance 1.
  fileprivate mutating func unitFloats(_ count: Int) -> [Float] { floats(count).map { $0 * Float(3).squareRoot() } }
}
