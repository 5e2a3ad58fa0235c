import LHKernelTypes
import LHKernels
import LHTestSupport
import Testing

/// `KernelSet.quantizeRows` and `quantizeColumn`, against their definitions: every set gives the same bytes and
/// scales.
@Suite struct QuantizeTests {
  /// Rows of one width that are unlike each other.
  static func rows(width: Int) -> [(name: String, x: [Float])] {
    var numbers = SeededNumbers(seed: UInt64(width))
    let random = numbers.floats(width)
    var rows: [(String, [Float])] = [
      ("random", random), ("zeros", random.map { _ in 0 }), ("negative zeros", random.map { _ in -0.0 }),
      ("constant", random.map { _ in 0.7 }), ("a negative constant", random.map { _ in -3 }),
      ("positive", random.map { abs($0) + 0.1 }), ("negative", random.map { -abs($0) - 0.1 }),
      ("GELU-like", random.map { $0 > 0 ? 8 * $0 : 0.17 * $0 }),
      ("huge", random.map { $0 * 1.7e38 }), ("a range that is no float", random.map { $0 < 0 ? -3e38 : 3e38 }),
      ("tiny", random.map { $0 * 0x1p-109 }), ("too tiny", random.map { $0 * 0x1p-112 }),
      ("subnormal", random.map { $0 * 0x1p-130 }),
      // With these ends `inverse` is 1, and the others lie half-way between two integers.
      ("ties", (0..<width).map { [-100, 155, 0.5, -0.5, 1.5, -1.5, 2.5, 99.5, -99.5, 154.5][$0 % 10] }),
    ]
    for (name, value) in [("NaN", Float.nan), ("infinity", .infinity), ("negative infinity", -.infinity)] {
      for place in Set([0, width / 2, width - 1]) where place >= 0 && place < width {
        var row = random
        row[place] = value
        rows.append(("\(name) at \(place)", row))
      }
    }
    return rows
  }

  static let widths = [1, 2, 3, 4, 5, 15, 16, 17, 31, 32, 33, 63, 64, 65, 96, 127, 128, 130, 200, 512, 771]

  @Test(arguments: InstructionSet.available, widths)
  func rowsOfBytes(_ set: KernelSet, width: Int) {
    let rows = QuantizeTests.rows(width: width)
    let mask = (0..<width).map { Float($0 % 7 == 3 ? 0 : 1) }
    let fencedMask = FencedValues(mask)
    let xStride = width + 5
    // The last row ends where its elements do.
    let x = FencedValues(
      Array(rows.map { $0.x + [Float](repeating: poison, count: 5) }.joined().dropLast(5)))
    for isMasked in [false, true] {
      let filled = (width + 3) / 4 * 4
      let qStride = filled + 9
      var q = [UInt8](repeating: 0xaa, count: rows.count * qStride)
      let unset = RowQuantization(scale: -1, zero: -1)
      var parameters = [RowQuantization](repeating: unset, count: rows.count * 2)
      set.quantizeRows(
        QuantizeRows(
          rows: rows.count, width: width, x: x.start, xStride: xStride, mask: isMasked ? fencedMask.start : nil, q: &q,
          qStride: qStride, parameters: &parameters, parameterStride: 2))
      for (index, row) in rows.enumerated() {
        let expected = QuantizedRow(zip(row.x, mask).map { isMasked ? $0 * $1 : $0 })
        let what = "quantizeRows \(set.name), width \(width)\(isMasked ? ", masked" : ""): \(row.name)"
        let bytes = q[index * qStride..<(index + 1) * qStride].map(Int.init)
        #expect(Array(bytes[..<width]) == expected.q, "\(what)")
        #expect(bytes[width..<filled].allSatisfy { $0 == 0 }, "\(what): not filled with zeros")
        #expect(bytes[filled...].allSatisfy { $0 == 0xaa }, "\(what): wrote between its rows")
        let actual = parameters[2 * index]
        #expect(actual.scale == expected.scale || (actual.scale.isNaN && expected.scale.isNaN), "\(what)")
        #expect(actual.zero == expected.zero, "\(what)")
        #expect(parameters[2 * index + 1] == unset, "\(what): wrote between its parameters")
      }
    }
  }

  /// Products that are half-way between two integers only after they were rounded: a fused operation would round them
  /// another way.
  @Test(arguments: InstructionSet.available)
  func productsAreRoundedBeforeTheyAreShifted(_ set: KernelSet) {
    let ends: [Float] = [-0.61, 1.07]
    let inverse = 255 / (ends[1] - ends[0])
    let near = (-90..<160).flatMap { (half: Int) -> [Float] in
      let x = (Float(half) + 0.5) / inverse
      return [x.nextDown.nextDown, x.nextDown, x, x.nextUp, x.nextUp.nextUp]
    }
    let telling = near.filter {
      (Double($0) * Double(inverse)).rounded(.toNearestOrEven) != Double(($0 * inverse).rounded(.toNearestOrEven))
    }
    #expect(telling.count >= 10)
    // Each among whole vectors and in what is left of them.
    let x = FencedValues(ends + telling + telling + telling)
    let width = 2 + 3 * telling.count
    var q = [UInt8](repeating: 0, count: width.roundedUp(toMultipleOf: 4))
    var parameters = RowQuantization(scale: 0, zero: 0)
    set.quantizeRows(
      QuantizeRows(
        rows: 1, width: width, x: x.start, xStride: width, mask: nil, q: &q, qStride: q.count,
        parameters: &parameters, parameterStride: 1))
    #expect(q[..<width].map(Int.init) == QuantizedRow(ends + telling + telling + telling).q, "\(set.name)")
  }

  @Test(arguments: InstructionSet.available, widths)
  func signedBytes(_ set: KernelSet, width: Int) {
    for row in QuantizeTests.rows(width: width) {
      let what = "quantizeColumn \(set.name), width \(width): \(row.name)"
      let x = FencedValues(row.x)
      var q = [Int8](repeating: 99, count: width + 3)
      let result = set.quantizeColumn(QuantizeColumn(x: x.start, count: width, q: &q))
      let expected = QuantizedColumn(row.x)
      #expect(q[..<width].map(Int.init) == expected.q, "\(what)")
      #expect(q[width...].allSatisfy { $0 == 99 }, "\(what): wrote behind its bytes")
      #expect(result.scale == expected.scale || (result.scale.isNaN && expected.scale.isNaN), "\(what)")
      #expect(Int(result.sum) == expected.q.reduce(0, +), "\(what)")
      // What files hold is quantised again when it is loaded.
      guard result.scale >= Float.leastNormalMagnitude else { continue }
      var again = [Int8](repeating: 0, count: width)
      let restored = FencedValues(expected.q.map { Float($0) * result.scale })
      _ = set.quantizeColumn(QuantizeColumn(x: restored.start, count: width, q: &again))
      withExtendedLifetime(restored) {}
      #expect(again.map(Int.init) == expected.q, "\(what), quantised again")
    }
  }

  /// A row that is not finite makes its own outputs NaN and no others.
  @Test(arguments: InstructionSet.available)
  func whatIsNotFiniteShows(_ set: KernelSet) {
    var numbers = SeededNumbers(seed: 5)
    let (rows, depth, columns) = (3, 40, 20)
    var x = numbers.floats(rows * depth)
    x[depth + 7] = .infinity
    var weights = numbers.floats(columns * depth)
    weights[4 * depth + 11] = .nan
    let multiplier = MatrixMultiplier(kernels: set, backend: .packed)
    let matrix = try! multiplier.matrix(
      depth: depth, columns: columns, hasBias: false, format: .int8(outliers: [7, 9]))
    matrix.pack(rows: weights, count: columns, stride: depth, atColumn: 0, kernels: set)
    let scratch = GuardedFloats([Float](repeating: 0, count: matrix.scratchCount(rows: rows, with: multiplier)))
    let c = GuardedFloats([Float](repeating: 0, count: rows * columns))
    let input = GuardedFloats(x, isFenced: true)
    matrix.multiply(
      MatrixProduct(rows: rows, a: input.start, aStride: depth, c: c.start, cStride: columns), with: multiplier,
      scratch: ProductScratch(rows: scratch.start))
    withExtendedLifetime(input) {}
    for (place, value) in c.values.enumerated() {
      #expect(value.isNaN == (place / columns == 1 || place % columns == 4), "\(set.name), place \(place)")
    }
  }
}

/// `KernelSet.roundToBFloat16`.
@Suite struct BFloat16RoundingTests {
  /// All bfloat16 and what lies between them: at a quarter, half-way, at three quarters.
  @Test(arguments: InstructionSet.available)
  func everyValueBecomesTheNearest(_ set: KernelSet) {
    for low in [0, 1, 0x4000, 0x7fff, 0x8000, 0x8001, 0xc000, 0xffff] as [UInt32] {
      let values = (0...UInt32(0xffff)).map { Float(bitPattern: $0 << 16 | low) }
      var rounded = [UInt16](repeating: 0, count: values.count)
      set.roundToBFloat16(BFloat16Rounding(x: values, y: &rounded, count: values.count))
      let wrong = values.indices.first { place in
        let actual = Float(bitPattern: UInt32(rounded[place]) << 16)
        let value = values[place]
        guard value.isNaN else { return actual.bitPattern != nearestBFloat16(value).bitPattern }
        return !actual.isNaN || actual.isSignalingNaN || actual.sign != value.sign
      }
      #expect(wrong == nil, "\(set.name): \(values[wrong ?? 0]) becomes \(rounded[wrong ?? 0])")
    }
  }

  @Test(arguments: InstructionSet.available)
  func everyLength(_ set: KernelSet) {
    var numbers = SeededNumbers(seed: 3)
    for count in 0...100 {
      let x = numbers.floats(count)
      var y = [UInt16](repeating: 0xaaaa, count: count + 3)
      let input = FencedValues(x)
      set.roundToBFloat16(BFloat16Rounding(x: input.start, y: &y, count: count))
      #expect(y == x.map { UInt16(nearestBFloat16($0).bitPattern >> 16) } + [0xaaaa, 0xaaaa, 0xaaaa], "\(set.name)")
    }
  }
}
