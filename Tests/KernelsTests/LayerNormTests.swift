import KernelTypes
import Kernels
import Testing

/// `KernelSet.layerNorm` against double precision.
@Suite struct LayerNormTests {
  @Test(arguments: InstructionSet.available, [1, 2, 7, 15, 16, 17, 48, 63, 96, 384, 512, 768])
  func rows(_ set: KernelSet, width: Int) throws {
    for (mean, deviation) in [(0, 1), (3, 0.5), (-100, 1), (0, 1e-4), (0, 1000)] as [(Float, Float)] {
      for (isAffine, appliesGELU) in [(true, false), (false, false), (true, true)] {
        var numbers = SeededNumbers(seed: UInt64(width))
        let stride = width + 5
        let x = numbers.floats(4 * stride).map { mean + deviation * $0 }
        let gain = numbers.floats(width)
        let bias = numbers.floats(width)
        let output = { (set: KernelSet) in
          let source = GuardedFloats(x)
          let target = GuardedFloats(x)
          gain.withUnsafeBufferPointer { gain in
            bias.withUnsafeBufferPointer { bias in
              set.layerNorm(
                LayerNormRows(
                  rows: 4, width: width, x: source.start, xStride: stride, y: target.start, yStride: stride,
                  gain: isAffine ? gain.baseAddress : nil, bias: isAffine ? bias.baseAddress : nil,
                  appliesGELU: appliesGELU))
            }
          }
          target.expectOnly("layerNorm of width \(width) \(set.name)") { $0 % stride < width }
          return (0..<4).flatMap { row in target.values[row * stride..<row * stride + width] }
        }
        let actual = output(set)
        let expected = try output(.scalar)
        // A mean that is large beside the deviation loses as many bits in every algorithm that keeps it in a float.
        let condition = Double(abs(mean) / deviation) + 1
        expectWithin(
          "layerNorm of width \(width), mean \(mean), deviation \(deviation)", set, actual, expected.map(Double.init)
        ) {
          8e-7 * condition * max(1, abs(Double(expected[$0])))
        }
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func constantRowsGiveTheBias(_ set: KernelSet) {
    for value: Float in [0, 1, -3.25] {
      let x = GuardedFloats(Array(repeating: value, count: 64))
      let bias = (0..<64).map { Float($0) }
      bias.withUnsafeBufferPointer { bias in
        set.layerNorm(
          LayerNormRows(
            rows: 1, width: 64, x: x.start, xStride: 64, y: x.start, yStride: 64, gain: nil, bias: bias.baseAddress))
      }
      #expect(x.values == bias, "\(set.name), all \(value)")
    }
  }
}
