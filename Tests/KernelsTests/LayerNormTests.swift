import LHKernelTypes
import LHKernels
import LHTestSupport
import Testing

/// `KernelSet.layerNorm`.
@Suite struct LayerNormTests {
  /// How the elements of a row lie.
  struct Row: CustomTestStringConvertible, Sendable {
    let mean: Float
    let deviation: Float
    var testDescription: String { "mean \(mean), deviation \(deviation)" }
  }

  static let kinds: [Row] = [
    Row(mean: 0, deviation: 1), Row(mean: 0, deviation: 0), Row(mean: 3, deviation: 1e-3),
    Row(mean: 1000.1, deviation: 0),
    Row(mean: 1000.1, deviation: 1), Row(mean: -30000, deviation: 1e-2), Row(mean: 1e6, deviation: 0.3),
    Row(mean: 1e-20, deviation: 1e-20), Row(mean: 0, deviation: 1e15),
    Row(
      mean: Float(sign: .plus, exponent: -140, significand: 1),
      deviation: Float(sign: .plus, exponent: -140, significand: 1)),
  ]

  @Test(arguments: InstructionSet.available, kinds)
  func everyShape(_ set: KernelSet, kind: Row) {
    let lanes = set.lanes
    // Around the ends of steps of one, two and four vectors.
    let steps = [lanes, 2 * lanes, 4 * lanes, 6 * lanes]
    let widths = Set(steps.flatMap { [$0 - 1, $0, $0 + 1, $0 + 3] }).union([1, 2, 512, 768, 771])
    for width in widths where width > 0 {
      for affine in 0..<4 {
        for appliesGELU in [false, true] {
          check(
            set, kind, width: width, hasGain: affine & 1 != 0, hasBias: affine & 2 != 0, appliesGELU: appliesGELU,
            inPlace: affine == 3)
        }
      }
    }
  }

  @Test(arguments: InstructionSet.available, [1, 2, 15, 16, 17, 35, 61, 512, 768])
  func constantRowsGiveTheBias(_ set: KernelSet, width: Int) {
    for value: Float in [0, 1, -3.25, 1000.1, 1e6] {
      for appliesGELU in [false, true] {
        let x = GuardedFloats(Array(repeating: value, count: width))
        let bias = GuardedFloats((0..<width).map { Float($0 % 61) }, isFenced: true)
        set.layerNorm(
          LayerNormRows(
            rows: 1, width: width, x: x.start, xStride: width, y: x.start, yStride: width, gain: nil,
            bias: UnsafePointer(bias.start), gelu: appliesGELU ? .exact : nil))
        x.expectOnly("layerNorm of width \(width), constant \(value), \(set.name)") { _ in true }
        let expected = bias.values.map { appliesGELU ? ActivationTests.gelu(Double($0)) : Double($0) }
        // What two roundings of the mean leave is multiplied with 1 / sqrt(epsilon), and GELU's slope is at most 1.13;
        // biases of up to 60 are rounded too.
        let left = 2.26 * abs(Double(value)) * roundoff * roundoff / 1e-5.squareRoot()
        expectWithin(
          "layerNorm of width \(width), constant \(value)\(appliesGELU ? ", gelu" : "")", set, x.values, expected
        ) { left + 1e-6 * max(1, Double(bias.start[$0])) }
      }
    }
  }

  private func check(
    _ set: KernelSet, _ kind: Row, width: Int, hasGain: Bool, hasBias: Bool, appliesGELU: Bool, inPlace: Bool
  ) {
    let rows = 3
    let xStride = width + 3
    let yStride = inPlace ? xStride : width + 5
    var numbers = SeededNumbers(seed: UInt64(width))
    var values = [Float](repeating: poison, count: rows * xStride)
    for row in 0..<rows {
      let elements = numbers.floats(width).map { kind.mean + kind.deviation * $0 }
      values.replaceSubrange(row * xStride..<row * xStride + width, with: elements)
    }
    let gain = GuardedFloats(numbers.floats(width).map { $0 + 0.5 }, isFenced: true)
    let bias = GuardedFloats(numbers.floats(width), isFenced: true)
    let x = GuardedFloats(values, isFenced: !inPlace)
    let y = inPlace ? x : GuardedFloats(Array(repeating: poison, count: rows * yStride))
    set.layerNorm(
      LayerNormRows(
        rows: rows, width: width, x: x.start, xStride: xStride, y: y.start, yStride: yStride,
        gain: hasGain ? UnsafePointer(gain.start) : nil, bias: hasBias ? UnsafePointer(bias.start) : nil,
        gelu: appliesGELU ? .exact : nil))
    let what =
      "layerNorm of width \(width), \(kind.testDescription)\(hasGain ? ", gain" : "")\(hasBias ? ", bias" : "")"
    y.expectOnly("\(what) \(set.name)") { $0 % yStride < width }
    var actual: [Float] = []
    var expected: [Double] = []
    var bounds: [Double] = []
    for row in 0..<rows {
      let elements = values[row * xStride..<row * xStride + width].map(Double.init)
      let mean = elements.reduce(0, +) / Double(width)
      let variance = elements.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
      let deviation = (variance + Double(LayerNormRows.epsilon)).squareRoot()
      for (n, element) in elements.enumerated() {
        let gain = hasGain ? Double(gain.start[n]) : 1
        let bias = hasBias ? Double(bias.start[n]) : 0
        let normal = (element - mean) / deviation
        let z = normal * gain + bias
        actual.append(y.start[row * yStride + n])
        expected.append(appliesGELU ? ActivationTests.gelu(z) : z)
        // Roundings of the moments, in proportion to the deviation, then of the result; GELU's slope is at most 1.13.
        let error = 4e-7 * abs(gain) * max(abs(normal), 1) + 2 * roundoff * (abs(bias) + abs(z))
        bounds.append(appliesGELU ? 1.13 * error + 1e-7 * max(1, abs(z)) : error)
      }
    }
    expectWithin(what + (appliesGELU ? ", gelu" : ""), set, actual, expected) { bounds[$0] }
  }
}
