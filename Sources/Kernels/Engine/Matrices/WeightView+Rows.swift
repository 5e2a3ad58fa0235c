import LHKernelTypes

/// Rows as a view multiplies them. A row of bytes has the bytes of its groups one behind the other, each filled up to
/// whole words with zeros; a row of bfloat16 is filled up to a whole word.
extension WeightView {
  /// Bytes between rounded rows.
  private var rowByteCount: Int {
    switch matrix.format {
    case .float32: 0
    case .bfloat16: (table.bfloat16Depth * MemoryLayout<UInt16>.stride).oddCacheLines
    case .int8: (table.groupDepth(0) + table.groupDepth(1)).oddCacheLines
    }
  }

  /// Scales and zeros of a row.
  private var parameterCount: Int { matrix.int8 == nil ? 0 : table.groupCount }

  private func elementFloats(rows count: Int) -> Int {
    (count * rowByteCount).roundedUp(toMultipleOf: 64) / MemoryLayout<Float>.stride
  }

  /// Floats that `count` rounded rows and their parameters need; 0 for float32.
  func rowScratchCount(rows count: Int) -> Int {
    let parameters = (count * parameterCount * MemoryLayout<RowQuantization>.stride).roundedUp(toMultipleOf: 64)
    return elementFloats(rows: count) + parameters / MemoryLayout<Float>.stride
  }

  /// Room for `count` rounded rows.
  ///
  /// - Parameter start: `rowScratchCount(rows:)` floats.
  func rowStorage(_ count: Int, at start: UnsafeMutablePointer<Float>) -> RowStorage {
    RowStorage(
      elements: UnsafeMutableRawPointer(start), stride: rowByteCount,
      parameters: UnsafeMutableRawPointer(start + elementFloats(rows: count))
        .assumingMemoryBound(to: RowQuantization.self), parameterCount: parameterCount)
  }

  /// Rounds float32 rows, [count, depth] with `stride` between them. The format is not float32.
  func round(_ x: UnsafePointer<Float>, count: Int, stride: Int, to rows: RowStorage, kernels: KernelSet) {
    guard matrix.int8 != nil else {
      let depth = depth
      for row in 0..<count {
        let target = (rows.elements + row * rows.stride).assumingMemoryBound(to: UInt16.self)
        kernels.roundToBFloat16(BFloat16Rounding(x: x + row * stride, y: target, count: depth))
        if depth % 2 != 0 { target[depth] = 0 }
      }
      return
    }
    kernels.quantizeRows(
      QuantizeRows(
        rows: count, width: depth, x: x, xStride: stride,
        mask: outlierCount == 0 ? nil : matrix.int8?.mask.map { UnsafePointer($0.start) },
        q: rows.elements.assumingMemoryBound(to: UInt8.self), qStride: rows.stride, parameters: rows.parameters,
        parameterStride: rows.parameterCount))
    if outlierCount > 0 { roundOutliers(x, count: count, stride: stride, to: rows, kernels: kernels) }
  }

  /// The same for the second group. Its channels are gathered, for some rows at a time, among as many zeros as make
  /// whole vectors: zeros change no scale.
  private func roundOutliers(
    _ x: UnsafePointer<Float>, count: Int, stride: Int, to rows: RowStorage, kernels: KernelSet
  ) {
    guard let outliers = matrix.int8?.outliers.prefix(outlierCount) else { return }
    let target = rows.elements.assumingMemoryBound(to: UInt8.self) + table.groupDepth(0)
    let filling = table.groupDepth(1) - outlierCount
    let most = 16
    let width = outliers.count.roundedUp(toMultipleOf: 4 * kernels.lanes)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: most * width) { gathered in
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: most * width) { quantized in
        guard let gathered = gathered.baseAddress, let quantized = quantized.baseAddress else { return }
        gathered.update(repeating: 0, count: most * width)
        for first in Swift.stride(from: 0, to: count, by: most) {
          let many = min(most, count - first)
          for (place, channel) in outliers.enumerated() {
            for row in 0..<many { gathered[row * width + place] = x[(first + row) * stride + channel] }
          }
          kernels.quantizeRows(
            QuantizeRows(
              rows: many, width: width, x: gathered, xStride: width, mask: nil, q: quantized, qStride: width,
              parameters: rows.parameters + (1 + first * rows.parameterCount), parameterStride: rows.parameterCount))
          for row in 0..<many {
            let target = target + (first + row) * rows.stride
            target.update(from: quantized + row * width, count: outliers.count)
            // What fills the last word is 0 and not the row's zero: a view has weights there that are none of its own.
            (target + outliers.count).update(repeating: 0, count: filling)
          }
        }
      }
    }
  }
}
