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

// The loops over eights, and the rest that does not fill eight.
extension ElementType {
  @inline(__always)
  private static func load<Element>(
    _ source: UnsafeRawPointer, _ first: Int, _ count: Int, as type: SIMD8<Element>.Type
  ) -> SIMD8<Element> {
    let size = MemoryLayout<Element>.size
    if first + 8 <= count { return source.loadUnaligned(fromByteOffset: first * size, as: type) }
    var lanes = SIMD8<Element>()
    for index in first..<count {
      lanes[index - first] = source.loadUnaligned(fromByteOffset: index * size, as: Element.self)
    }
    return lanes
  }

  @inline(__always)
  private static func store<Element>(
    _ lanes: SIMD8<Element>, _ target: UnsafeMutableRawPointer, _ first: Int, _ count: Int
  ) {
    let size = MemoryLayout<Element>.size
    if first + 8 <= count {
      target.storeBytes(of: lanes, toByteOffset: first * size, as: SIMD8<Element>.self)
      return
    }
    for index in first..<count {
      target.storeBytes(of: lanes[index - first], toByteOffset: index * size, as: Element.self)
    }
  }

  @inline(__always)
  private static func convert(
    _ source: UnsafeRawPointer, count: Int, into target: UnsafeMutablePointer<Float>,
    _ widened: (SIMD8<UInt16>) -> SIMD8<Float>
  ) {
    for first in stride(from: 0, to: count, by: 8) {
      store(widened(load(source, first, count, as: SIMD8<UInt16>.self)), target, first, count)
    }
  }

  @inline(__always)
  private static func narrow(
    _ source: UnsafePointer<Float>, count: Int, into target: UnsafeMutableRawPointer,
    narrowed: (SIMD8<Float>) -> SIMD8<UInt16>, widened: (SIMD8<UInt16>) -> SIMD8<Float>
  ) -> Double {
    var largest = SIMD8<Float>()
    for first in stride(from: 0, to: count, by: 8) {
      let values = load(source, first, count, as: SIMD8<Float>.self)
      let short = narrowed(values)
      store(short, target, first, count)
      // The difference of neighbours this close has few enough bits to be exact. That of infinities is NaN, which
      // the comparison leaves out.
      let error = widened(short) - values
      let magnitude = error.replacing(with: -error, where: error .< 0)
      largest.replace(with: magnitude, where: magnitude .> largest)
    }
    return Double(largest.max())
  }

  @inline(__always)
  private static func survive(
    _ source: UnsafePointer<Float>, count: Int, narrowed: (SIMD8<Float>) -> SIMD8<UInt16>,
    widened: (SIMD8<UInt16>) -> SIMD8<Float>
  ) -> Bool {
    // A float32 tensor that was never a half shows it at once: look after each block, not after each eight.
    let block = 1024
    for start in stride(from: 0, to: count, by: block) {
      let end = min(start + block, count)
      var changed = SIMD8<UInt32>()
      for first in stride(from: start, to: end, by: 8) {
        let values = load(source, first, end, as: SIMD8<Float>.self)
        let again = widened(narrowed(values))
        changed |= unsafeBitCast(values, to: SIMD8<UInt32>.self) ^ unsafeBitCast(again, to: SIMD8<UInt32>.self)
      }
      if changed != SIMD8() { return false }
    }
    return true
  }
}
