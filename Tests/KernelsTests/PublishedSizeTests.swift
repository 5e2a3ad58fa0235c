import LHKernelTypes
import LHKernels
import LHTestSupport
import Testing

/// Every kernel between the products at the sizes of the published models, against its reference. The edges of vectors
/// are in each kernel's own tests, transforms in `BlockTransformTests`.
@Suite struct PublishedSizeTests {
  /// Channels, hidden states, heads together, FFN units.
  static let widths = [256, 384, 512, 640, 768, 1152, 1536, 2304, 3072]
  static let sets = InstructionSet.available.filter { $0.name != "scalar" }

  @Test(arguments: widths)
  func activations(width: Int) throws {
    var numbers = SeededNumbers(seed: UInt64(width))
    let values = numbers.floats(14 * width).map { 4 * $0 }
    let truths = values.map { ActivationTests.gelu(Double($0)) }
    for set in InstructionSet.available {
      let run = { (kernel: Kernel<ElementwiseRows>) -> [Float] in
        let x = GuardedFloats(values, isFenced: true)
        kernel(ElementwiseRows(rows: 14, width: width, x: x.start, stride: width))
        return x.values
      }
      expectWithin("gelu of width \(width)", set, run(set.gelu), truths) { 2e-7 * max(1, truths[$0].magnitude) }
      expectWithin("coarse gelu of width \(width)", set, run(set.coarseGELU), truths) {
        2.5e-5 * max(1, truths[$0].magnitude)
      }
      expectIdentical("relu of width \(width)", set, run(set.relu), values.map { max($0, 0) })
    }
  }

  @Test(arguments: widths)
  func layerNorms(width: Int) throws {
    var numbers = SeededNumbers(seed: UInt64(width))
    let values = numbers.floats(14 * width).map { 3 * $0 + 0.5 }
    let (gain, bias) = (numbers.floats(width), numbers.floats(width))
    let scalar = try KernelSet.scalar
    for gelu in [nil, .exact, .coarse] as [GELUForm?] {
      let run = { (set: KernelSet) -> [Float] in
        let y = GuardedFloats(values)
        set.layerNorm(
          LayerNormRows(
            rows: 14, width: width, x: y.start, xStride: width, y: y.start, yStride: width, gain: gain, bias: bias,
            gelu: gelu))
        y.expectOnly("layerNorm of width \(width), \(set.name)") { _ in true }
        return y.values
      }
      let expected = run(scalar).map(Double.init)
      for set in Self.sets {
        expectWithin("layerNorm of width \(width)", set, run(set), expected) { _ in gelu == .coarse ? 3e-5 : 1e-6 }
      }
    }
  }

  /// As many scores as 15 and 20 seconds have, in blocks as attention takes them.
  @Test(arguments: [49, 749, 1000, 1024])
  func softmax(count: Int) throws {
    var numbers = SeededNumbers(seed: UInt64(count))
    let scores = numbers.floats(count).map { 6 * $0 }
    let run = { (set: KernelSet) -> ([Float], RunningSoftmax) in
      let row = GuardedFloats(scores, isFenced: true)
      var running = RunningSoftmax()
      _ = set.softmaxNumerators(row.start, count: count, &running)
      return (row.values, running)
    }
    let (expected, total) = run(try .scalar)
    for set in Self.sets {
      let (actual, sum) = run(set)
      #expect(sum.maximum == total.maximum)
      expectWithin("softmax of \(count)", set, actual, expected.map(Double.init)) { _ in 3e-7 }
      expectWithin("its sum", set, [sum.sum], [Double(total.sum)]) { _ in 1e-6 * Double(total.sum) }
    }
  }

  /// What rounds to a reduced precision is the same to the last bit everywhere.
  @Test(arguments: widths)
  func rounding(width: Int) throws {
    var numbers = SeededNumbers(seed: UInt64(width))
    let x = numbers.floats(15 * width).map { $0 * 3 }
    let run = { (set: KernelSet) -> [[UInt8]] in
      var q = [UInt8](repeating: 0, count: 15 * width)
      var parameters = [RowQuantization](repeating: RowQuantization(scale: 0, zero: 0), count: 15)
      set.quantizeRows(
        QuantizeRows(
          rows: 15, width: width, x: x, xStride: width, mask: nil, q: &q, qStride: width, parameters: &parameters,
          parameterStride: 1))
      var symmetric = [Int8](repeating: 0, count: 15 * width)
      let column = set.quantizeColumn(QuantizeColumn(x: x, count: 15 * width, q: &symmetric))
      var halves = [UInt16](repeating: 0, count: 15 * width)
      set.roundToBFloat16(BFloat16Rounding(x: x, y: &halves, count: 15 * width))
      var pairs = [UInt32](repeating: 0, count: 8 * width)
      set.pairToBFloat16(
        BFloat16Pairing(rows: 15, width: width, x: x, xStride: width, y: &pairs, yStride: width))
      return [
        q, bytes(parameters), bytes(symmetric), bytes([column.scale]), bytes([column.sum]), bytes(halves),
        bytes(pairs),
      ]
    }
    let expected = run(try .scalar)
    for set in Self.sets { #expect(run(set) == expected, "\(set.name), width \(width)") }
  }

  @Test(arguments: widths)
  func passes(width: Int) throws {
    var numbers = SeededNumbers(seed: UInt64(width))
    let count = 192 * width
    let (x, y) = (numbers.floats(count), numbers.floats(count))
    let run = { (set: KernelSet) -> [[Float]] in
      let (scaled, sum, standard) = (GuardedFloats(x), GuardedFloats(x), GuardedFloats(x))
      set.scale(ScaleElements(x: scaled.start, count: count, factor: 0.37))
      set.add(AddElements(x: sum.start, y: y, count: count))
      set.standardize(StandardizeElements(x: y, y: standard.start, count: count, mean: 0.11, factor: 3))
      return [scaled, sum, standard].map { values in
        values.expectOnly("passes of \(count), \(set.name)") { _ in true }
        return values.values
      }
    }
    let expected = run(try .scalar)
    for set in Self.sets {
      for (actual, expected) in zip(run(set), expected) {
        expectIdentical("a pass over \(count)", set, actual, expected)
      }
    }
  }

  /// The sums around fast convolutions of the published 512 channels, their products where Strassen's form has them: in
  /// the places of the first two outputs.
  @Test(arguments: [512, 1024])
  func toomCook(channels: Int) throws {
    var numbers = SeededNumbers(seed: UInt64(channels))
    let frames = numbers.floats(7 * channels)
    let products = numbers.floats(3 * channels)
    let run = { (set: KernelSet) -> [[Float]] in
      let sums = GuardedFloats(Array(repeating: poison, count: 4 * channels))
      set.toomCookInputs(
        ToomCookInputs(
          even: frames, stride: 2 * channels, count: channels,
          sums: ToomCookSums(
            first: sums.start, plus: sums.start + channels, minus: sums.start + 2 * channels,
            last: sums.start + 3 * channels)))
      let y = GuardedFloats(products, isFenced: true)
      set.toomCookOutputs(
        ToomCookOutputs(
          plus: y.start, minus: y.start + channels, count: channels, y: y.start, stride: channels))
      return [sums.values, y.values]
    }
    let expected = run(try .scalar)
    for index in 0..<channels {
      #expect(expected[1][index] == products[index] + products[channels + index])
      #expect(expected[1][channels + index] == products[index] - products[channels + index])
      #expect(expected[1][2 * channels + index] == products[index] + products[channels + index])
    }
    for set in Self.sets {
      for (actual, expected) in zip(run(set), expected) {
        expectIdentical("Toom-Cook sums of \(channels)", set, actual, expected)
      }
    }
  }

  /// Quarters of the published matrices, and blocks of as many pairs of rows as are computed at a time.
  @Test(arguments: [128, 256, 384, 512])
  func strassen(half: Int) throws {
    for set in Self.sets {
      let width = set.panelWidth
      var numbers = SeededNumbers(seed: UInt64(half))
      let quarters = numbers.floats(4 * half * width)
      let products = numbers.floats(StrassenOutputs.planes * 60 * width)
      let run = { (set: KernelSet) -> [[Float]] in
        let sums = GuardedFloats(Array(repeating: poison, count: StrassenSums.planes * half * width))
        let c = GuardedFloats(Array(repeating: poison, count: 60 * 4 * width))
        quarters.withUnsafeBufferPointer { quarters in
          guard let x = quarters.baseAddress else { return }
          set.strassenSums(
            StrassenSums(
              x11: x, x12: x + half * width, x21: x + 2 * half * width, x22: x + 3 * half * width,
              count: half * width, sums: sums.start, planeStride: half * width))
        }
        set.strassenOutputs(
          StrassenOutputs(
            pairs: 60, width: width, products: products, planeStride: 60 * width, upper: c.start,
            lower: c.start + 2 * width, pairStride: 4 * width, rightOffset: width, leftBias: nil, rightBias: nil,
            accumulates: false))
        return [sums.values, c.values]
      }
      let (actual, expected) = (run(set), run(try .scalar))
      expectIdentical("sums of quarters, \(half) deep", set, actual[0], expected[0])
      expectWithin("outputs of 60 pairs", set, actual[1], expected[1].map(Double.init)) { _ in 6 * 6 * roundoff }
    }
  }

  /// Rows of weights to panels, keys to panels, and the taps of a convolution's rows.
  @Test func transposes() throws {
    for (rows, columns, stride, targetStride) in [
      (16, 768, 768, 64), (16, 3072, 3072, 16), (49, 64, 2304, 64), (512 * 16, 3, 3, 512 * 16), (512, 10, 10, 512),
    ] {
      var numbers = SeededNumbers(seed: UInt64(rows))
      let source = numbers.floats((rows - 1) * stride + columns)
      let run = { (set: KernelSet) -> [Float] in
        let target = GuardedFloats(Array(repeating: 0, count: (columns - 1) * targetStride + rows))
        set.transpose(
          Transposition(
            rows: rows, columns: columns, source: source, sourceStride: stride, destination: target.start,
            destinationStride: targetStride))
        target.expectOnly("transpose, \(set.name)") { $0 % targetStride < rows }
        return target.values
      }
      let expected = run(try .scalar)
      for set in Self.sets { expectIdentical("\(rows) x \(columns) transposed", set, run(set), expected) }
    }
  }
}

private func bytes<Value>(_ values: [Value]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }
