import LHQuantization

/// What an int8 tensor's values mean: its scales, and which channels have scales of their own.
struct Int8Payload {
  let layout: Int8Layout
  private let scales: [Float]

  /// The largest scale with which all weights are finite.
  static let largestScale = (Float.greatestFiniteMagnitude / 127).nextDown

  /// Checks everything but the values.
  ///
  /// - Parameter rest: The bytes that follow the values, as many as the entry says.
  init(_ entry: TensorEntry, _ rest: UnsafeRawBufferPointer) throws(Int8Problem) {
    let sections = Int8Sections(shape: entry.shape, outlierCount: entry.outlierCount)
    let start = sections.rest.lowerBound
    let outliers = try Int8Payload.outliers(
      entry, UnsafeRawBufferPointer(rebasing: rest.suffix(sections.outliers.count)))
    let layout = Int8Layout(shape: entry.shape, outliers: outliers)
    guard rest.prefix(sections.padding.count).allSatisfy({ $0 == 0 }) else { throw .padding }
    let scales = (0..<layout.scaleCount).map { word(rest, at: sections.scales.lowerBound - start + 4 * $0) }
    // As numbers the bits of everything but 0 to `largestScale` are larger, NaN, infinities and signs included.
    if let index = scales.firstIndex(where: { $0 > Int8Payload.largestScale.bitPattern }) {
      throw .scale(index: index, bits: scales[index])
    }
    self.layout = layout
    self.scales = scales.map(Float.init(bitPattern:))
  }

  /// The outlier channels alone, from their bytes.
  static func outliers(_ entry: TensorEntry, _ bytes: UnsafeRawBufferPointer) throws(Int8Problem) -> [Int] {
    let outliers = (0..<entry.outlierCount).map { Int(word(bytes, at: 4 * $0)) }
    guard zip(outliers, outliers.dropFirst()).allSatisfy(<), outliers.last ?? 0 < entry.shape[1] else {
      throw .outliers
    }
    return outliers
  }

  /// Writes the weights of rows (along the first axis).
  ///
  /// - Parameters:
  ///   - bytes: Begins with the values of these rows.
  ///   - target: Room for as many floats.
  func decode(
    _ bytes: UnsafeRawBufferPointer, firstRow: Int, count rows: Int, to target: UnsafeMutableRawBufferPointer
  ) throws(Int8Problem) {
    let count = rows * layout.rowCount
    precondition(bytes.count >= count && target.count >= 4 * count, "a value and a place for each weight")
    guard let start = bytes.baseAddress, let place = target.baseAddress else { return }
    let values = start.assumingMemoryBound(to: Int8.self)
    if UnsafeBufferPointer(start: values, count: count).containsLowest {
      let index = (0..<count).first { values[$0] == -128 } ?? 0
      throw .value(index: firstRow * layout.rowCount + index)
    }
    scales.withUnsafeBufferPointer { scales in
      guard let first = scales.baseAddress else { return }
      layout.dequantize(
        values, scales: first + firstRow * layout.rowScaleCount, count: rows,
        to: place.bindMemory(to: Float.self, capacity: count))
    }
  }

  /// Quantises a tensor.
  ///
  /// - Returns: The payload, and what it cost; nil when a weight is too large for any scale.
  static func encode(_ weights: [Float], _ layout: Int8Layout, shape: [Int]) -> (bytes: [UInt8], error: WeightError)? {
    let sections = Int8Sections(shape: shape, outlierCount: layout.outliers.count)
    var scales = [Float](repeating: 0, count: layout.scaleCount)
    var error = WeightError()
    var bytes = [UInt8](repeating: 0, count: sections.byteCount)
    bytes.withUnsafeMutableBytes { bytes in
      guard let values = bytes.baseAddress?.assumingMemoryBound(to: Int8.self) else { return }
      layout.quantize(weights, count: layout.outputs, to: values, scales: &scales)
      scales.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: bytes[sections.scales]).copyMemory(from: $0) }
      for (index, channel) in layout.outliers.enumerated() {
        bytes.storeBytes(
          of: UInt32(channel).littleEndian, toByteOffset: sections.outliers.lowerBound + 4 * index, as: UInt32.self)
      }
      withUnsafeTemporaryAllocation(of: Float.self, capacity: layout.rowCount) { row in
        guard let restored = row.baseAddress else { return }
        for output in 0..<layout.outputs {
          scales.withUnsafeBufferPointer { scales in
            guard let start = scales.baseAddress else { return }
            layout.dequantize(
              values + output * layout.rowCount, scales: start + output * layout.rowScaleCount, count: 1, to: restored)
          }
          weights.withUnsafeBufferPointer { weights in
            guard let start = weights.baseAddress else { return }
            error.add(restored, start + output * layout.rowCount, count: layout.rowCount)
          }
        }
      }
    }
    return scales.allSatisfy { $0 <= largestScale } ? (bytes, error) : nil
  }
}

/// Where the parts of an int8 payload are, in bytes from its beginning.
struct Int8Sections {
  let values: Range<Int>
  let scales: Range<Int>
  let outliers: Range<Int>

  /// Of a tensor [out, in] or [out, in, tap] with at most 2^28 elements.
  init(shape: [Int], outlierCount: Int) {
    values = 0..<shape.reduce(1, *)
    let groups = outlierCount > 0 ? 2 : 1
    let start = (values.upperBound + 3) / 4 * 4
    scales = start..<start + 4 * shape[0] * shape.dropFirst(2).reduce(1, *) * groups
    outliers = scales.upperBound..<scales.upperBound + 4 * outlierCount
  }

  /// Everything but the values.
  var rest: Range<Int> { values.upperBound..<outliers.upperBound }
  var padding: Range<Int> { values.upperBound..<scales.lowerBound }
  var byteCount: Int { outliers.upperBound }
}

private func word(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt32 {
  UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
}

extension UnsafeBufferPointer<Int8> {
  /// Whether -128 occurs. Without a branch in it the loop runs in vectors.
  fileprivate var containsLowest: Bool {
    var lowest: Int8 = 0
    for value in self { lowest = Swift.min(lowest, value) }
    return lowest == -128
  }
}
