extension ElementType {
  /// Converts `count` elements of this type to float32, rounding to nearest where the type is wider.
  ///
  /// - Parameter source: The elements; need not be aligned.
  /// - Returns: The largest |float32 - element|; 0 for every type but float64.
  @discardableResult
  public func decode(_ source: UnsafeRawPointer, count: Int, into target: UnsafeMutablePointer<Float>) -> Double {
    switch self {
    case .float32:
      UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: count * 4)
      return 0
    case .float16:
      ElementType.convert(source, count: count, into: target, HalfPrecision.widened)
      return 0
    case .bfloat16:
      ElementType.convert(source, count: count, into: target, BrainFloat.widened)
      return 0
    case .float64:
      var error = 0.0
      for index in 0..<count {
        let value = source.loadUnaligned(fromByteOffset: index * 8, as: Double.self)
        target[index] = Float(value)
        error = max(error, abs(Double(target[index]) - value))
      }
      return error
    }
  }

  /// Converts `count` float32 elements to this type, rounding to nearest, ties to even.
  ///
  /// - Parameter target: Where the elements go, little-endian; need not be aligned.
  /// - Returns: The largest |element - float32|: 0 when no value changed (other than between NaNs), infinity when one
  ///   is beyond the type's range.
  @discardableResult
  public func encode(_ source: UnsafePointer<Float>, count: Int, into target: UnsafeMutableRawPointer) -> Double {
    switch self {
    case .float32:
      target.copyMemory(from: source, byteCount: count * 4)
      return 0
    case .float16:
      return ElementType.narrow(
        source, count: count, into: target, narrowed: HalfPrecision.narrowed, widened: HalfPrecision.widened)
    case .bfloat16:
      return ElementType.narrow(
        source, count: count, into: target, narrowed: BrainFloat.narrowed, widened: BrainFloat.widened)
    case .float64:
      for index in 0..<count {
        target.storeBytes(of: Double(source[index]), toByteOffset: index * 8, as: Double.self)
      }
      return 0
    }
  }

  /// Whether every value survives the conversion to this type and back unchanged, signs of zeros included. A NaN does
  /// not in a type narrower than float32.
  public func holdsExactly(_ values: UnsafeBufferPointer<Float>) -> Bool {
    guard let start = values.baseAddress else { return true }
    switch self {
    case .float32, .float64: return true
    case .float16:
      return ElementType.survive(
        start, count: values.count, narrowed: HalfPrecision.narrowed, widened: HalfPrecision.widened)
    case .bfloat16:
      return ElementType.survive(
        start, count: values.count, narrowed: BrainFloat.narrowed, widened: BrainFloat.widened)
    }
  }
}

// The loops, specialised for each type.
extension ElementType {
  @inline(__always)
  private static func convert(
    _ source: UnsafeRawPointer, count: Int, into target: UnsafeMutablePointer<Float>, _ widened: (UInt16) -> UInt32
  ) {
    for index in 0..<count {
      let short = source.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self)
      target[index] = Float(bitPattern: widened(short))
    }
  }

  @inline(__always)
  private static func narrow(
    _ source: UnsafePointer<Float>, count: Int, into target: UnsafeMutableRawPointer, narrowed: (UInt32) -> UInt16,
    widened: (UInt16) -> UInt32
  ) -> Double {
    var largest: Int32 = 0
    for index in 0..<count {
      let bits = source[index].bitPattern
      let short = narrowed(bits)
      target.storeBytes(of: short, toByteOffset: index &* 2, as: UInt16.self)
      // The difference of neighbours this close has few enough bits to be exact. Without their signs, floats are in
      // the order of their bits. That of infinities is NaN, and counts nothing.
      let difference = Float(bitPattern: widened(short)) - Float(bitPattern: bits)
      let magnitude = Int32(bitPattern: difference.bitPattern & 0x7fff_ffff)
      let counted = magnitude > 0x7f80_0000 ? 0 : magnitude
      largest = counted > largest ? counted : largest
    }
    return Double(Float(bitPattern: UInt32(bitPattern: largest)))
  }

  @inline(__always)
  private static func survive(
    _ source: UnsafePointer<Float>, count: Int, narrowed: (UInt32) -> UInt16, widened: (UInt16) -> UInt32
  ) -> Bool {
    // A float32 tensor that was never a half shows it at once: look after each block, not after each element.
    let block = 1024
    for start in stride(from: 0, to: count, by: block) {
      var changed: UInt32 = 0
      for index in start..<min(start + block, count) {
        let bits = source[index].bitPattern
        changed |= bits ^ widened(narrowed(bits))
      }
      if changed != 0 { return false }
    }
    return true
  }
}
