import LHKernelTypes
import LHKernels
import LHQuantization
import LHTestSupport
import Testing

/// Weights are rounded to bytes where files are written and where matrices are packed, with each set of kernels. All
/// must agree, or a file would be computed with other weights than it says. The rule for rows is in `QuantizeTests`.
@Suite struct RoundingRuleTests {
  /// Columns of weights, finite ones.
  static let columns: [(name: String, weights: [Float])] = {
    var columns = [1, 2, 7, 31, 64, 77, 512, 771].flatMap { width in
      QuantizeTests.rows(width: width)
        .filter { $0.x.allSatisfy(\.isFinite) }
        .map { ("\($0.name), \(width)", $0.x.map { abs($0) > 3e38 ? $0 / 2 : $0 }) }
    }
    // With a largest magnitude of 127 the scale is 1: halves, and their neighbours.
    let halves = (-127..<127).flatMap { (n: Int) -> [Float] in
      let half = Float(n) + 0.5
      return [half, half.nextUp, half.nextDown]
    }
    columns.append(("halves", [127] + halves + [-0.0, 0, -127]))
    columns.append(("halves of another scale", ([127] + halves).map { $0 * 0x1p-20 }))
    columns.append(("halves of an odd scale", ([127] + halves).map { $0 * 0.37 }))
    columns.append(("negative zeros", [-0.0, -0.0, -0.0, -0.0, -0.0]))
    columns.append(("the largest", [.greatestFiniteMagnitude, -.greatestFiniteMagnitude, 1e38, -1, 0]))
    columns.append(("a subnormal scale", [0x1p-130, -0x1p-131, 0x1.8p-132, 0x1p-149, 0, 0x1p-140, -0x1.fp-130]))
    columns.append(("no scale", [0x1p-149, -0x1p-148, 0, 0x1p-145]))
    columns.append(("the least scale", [127 * 0x1p-149, 63.5 * 0x1p-149, -31 * 0x1p-149, 0x1p-149]))
    return columns
  }()

  @Test(arguments: InstructionSet.available)
  func allPlacesRoundAlike(_ set: KernelSet) throws {
    for (name, weights) in Self.columns {
      let expected = QuantizedColumn(weights)
      var values = [Int8](repeating: 99, count: weights.count)
      var scale: Float = -1
      Int8Layout(shape: [1, weights.count]).quantize(weights, count: 1, to: &values, scales: &scale)
      #expect(values.map(Int.init) == expected.q && scale == expected.scale, "as files have it: \(name)")

      var bytes = [Int8](repeating: 99, count: weights.count)
      let column = set.quantizeColumn(QuantizeColumn(x: weights, count: weights.count, q: &bytes))
      #expect(bytes == values && column.scale == scale, "\(set.name): \(name)")

      let matrix = try WeightMatrix(depth: weights.count, columns: 1, hasBias: false, format: .int8(), kernels: set)
      matrix.pack(rows: weights, count: 1, stride: weights.count, atColumn: 0, kernels: set)
      let packed = UnsafeRawPointer(matrix.storage.start).assumingMemoryBound(to: Int8.self)
      let width = matrix.layout.panel(0).width
      #expect(
        weights.indices.allSatisfy { packed[($0 / 4 * width) * 4 + $0 % 4] == values[$0] },
        "\(set.name), packed: \(name)")
      guard scale > 0 else { continue }
      #expect(weights.indices.allSatisfy { SymmetricQuantization.byte(weights[$0], scale: scale) == values[$0] })
    }
  }

  /// A second group of channels and several taps are rounded as if they were columns of their own.
  @Test func groupsAndTapsRoundAlike() {
    var numbers = SeededNumbers(seed: 8)
    let (inputs, taps, outliers) = (40, 3, [2, 17, 39])
    let row = numbers.floats(inputs * taps)
    let layout = Int8Layout(shape: [1, inputs, taps], outliers: outliers)
    var values = [Int8](repeating: 99, count: row.count)
    var scales = [Float](repeating: -1, count: layout.scaleCount)
    layout.quantize(row, count: 1, to: &values, scales: &scales)
    for tap in 0..<taps {
      for (group, channels) in [(0..<inputs).filter { !outliers.contains($0) }, outliers].enumerated() {
        let expected = QuantizedColumn(channels.map { row[$0 * taps + tap] })
        #expect(channels.map { Int(values[$0 * taps + tap]) } == expected.q)
        #expect(scales[tap * 2 + group] == expected.scale)
      }
    }
  }
}
