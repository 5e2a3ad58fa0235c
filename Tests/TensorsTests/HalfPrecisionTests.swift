import LHTensors
import Testing

@Suite struct HalfPrecisionTests {
  static let allPatterns = Array(UInt16.min...UInt16.max)

  private func decode(_ patterns: [UInt16], as type: ElementType) -> [Float] {
    [Float](unsafeUninitializedCapacity: patterns.count) { target, count in
      _ = patterns.withUnsafeBytes { type.decode($0.baseAddress!, count: patterns.count, into: target.baseAddress!) }
      count = patterns.count
    }
  }

  private func encode(_ values: [Float], as type: ElementType) -> (patterns: [UInt16], error: Double) {
    var error = 0.0
    let patterns = [UInt16](unsafeUninitializedCapacity: values.count) { target, count in
      error = type.encode(values, count: values.count, into: target.baseAddress!)
      count = values.count
    }
    return (patterns, error)
  }

  /// The value by the definition of the format, in double arithmetic.
  private func halfValue(_ pattern: UInt16) -> Double {
    let sign = pattern & 0x8000 == 0 ? 1.0 : -1.0
    let exponent = Int(pattern >> 10) & 0x1f
    let fraction = Double(pattern & 0x3ff) / 1024
    func power(_ exponent: Int) -> Double { Double(sign: .plus, exponent: exponent, significand: 1) }
    switch exponent {
    case 0: return sign * fraction * power(-14)
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * (1 + fraction) * power(exponent - 15)
    }
  }

  @Test func everyHalfWidensToItsValue() {
    for (pattern, value) in zip(Self.allPatterns, decode(Self.allPatterns, as: .float16)) {
      let expected = halfValue(pattern)
      if expected.isNaN {
        #expect(value.isNaN, "pattern \(pattern)")
      } else {
        #expect(Double(value) == expected && value.sign == expected.sign, "pattern \(pattern)")
      }
    }
  }

  @Test func everyHalfSurvivesTheWayBack() {
    let (patterns, error) = encode(decode(Self.allPatterns, as: .float16), as: .float16)
    #expect(error == 0)
    for (expected, pattern) in zip(Self.allPatterns, patterns) {
      let isNaN = expected & 0x7fff > 0x7c00
      #expect(isNaN ? pattern & 0x7fff > 0x7c00 : pattern == expected, "pattern \(expected)")
    }
  }

  @Test func everyGapBetweenHalvesRoundsToNearestEven() {
    for low in UInt16(0)..<0x7c00 {
      // Above the largest half the next one would be 65536, were there an exponent for it.
      let upper = low + 1 == 0x7c00 ? 65536 : halfValue(low + 1)
      let middle = Float((halfValue(low) + upper) / 2)
      let even = low & 1 == 0 ? low : low + 1
      let values = [middle.nextDown, middle, middle.nextUp]
      let expected = [low, even, low + 1]
      #expect(encode(values, as: .float16).patterns == expected, "above pattern \(low)")
      #expect(encode(values.map(-), as: .float16).patterns == expected.map { $0 | 0x8000 }, "below pattern \(low)")
    }
  }

  @Test func randomFloatsRoundAsTheCompilerDoes() {
    #if !(os(macOS) && arch(x86_64))
      var generator = SystemRandomNumberGenerator()
      let values = (0..<100_000).map { _ in Float(bitPattern: generator.next()) }.filter { !$0.isNaN }
      for (value, pattern) in zip(values, encode(values, as: .float16).patterns) {
        #expect(pattern == Float16(value).bitPattern, "\(value)")
      }
    #endif
  }

  @Test(
    arguments: [
      (1.0, 0), (1.0009765625, 0), (1.00048828125, 0.00048828125), (65520, .infinity), (1e-8, 1e-8),
    ] as [(Float, Double)])
  func reportsTheLargestError(value: Float, error: Double) {
    // Somewhere in a buffer that is no multiple of the vector width.
    for place in [0, 7, 8, 12] {
      var values = [Float](repeating: 0.5, count: 13)
      values[place] = value
      #expect(abs(encode(values, as: .float16).error - error) <= 1e-15 || encode(values, as: .float16).error == error)
    }
  }

  @Test(arguments: [ElementType.float16, .bfloat16]) func knowsWhatSurvives(type: ElementType) {
    let representable = decode(Self.allPatterns, as: type).filter { !$0.isNaN }
    representable.withUnsafeBufferPointer { #expect(type.holdsExactly($0)) }
    for place in [0, 1023, 1024, 2049] {
      var values = [Float](repeating: -0.0, count: 2050)
      values.withUnsafeBufferPointer { #expect(type.holdsExactly($0)) }
      values[place] = 0.1
      values.withUnsafeBufferPointer { #expect(!type.holdsExactly($0)) }
      values[place] = Float.leastNonzeroMagnitude
      values.withUnsafeBufferPointer { #expect(!type.holdsExactly($0)) }
    }
  }

  @Test func bfloat16IsTheUpperHalfOfAFloat() {
    for (pattern, value) in zip(Self.allPatterns, decode(Self.allPatterns, as: .bfloat16)) {
      #expect(value.bitPattern == UInt32(pattern) << 16)
    }
    #expect(
      encode([1.00390625, 1.01171875, Float(1.00390625).nextUp], as: .bfloat16).patterns == [0x3f80, 0x3f82, 0x3f81])
    #expect(encode([.infinity, .nan, -0.0], as: .bfloat16).patterns == [0x7f80, 0x7fc0, 0x8000])
    #expect(encode([.greatestFiniteMagnitude], as: .bfloat16).error == .infinity)
  }

  @Test func float64RoundsOnceAndSaysHowMuch() {
    let values = [1.0, 0.1, -2.5, 1e-46, 1e30]
    var floats = [Float](repeating: 0, count: values.count)
    let error = values.withUnsafeBytes { source in
      floats.withUnsafeMutableBufferPointer {
        ElementType.float64.decode(source.baseAddress!, count: values.count, into: $0.baseAddress!)
      }
    }
    #expect(floats == values.map(Float.init))
    #expect(error == abs(Double(Float(1e30)) - 1e30))
  }
}
