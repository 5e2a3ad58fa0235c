package import LHKernelTypes
package import LHSystem

/// The right-hand matrix of a product, [depth, columns], in signed bytes with a scale for each column.
///
/// Some channels, the outliers, may have scales of their own: they are a second group of the depth. A panel is
/// [depth / 4][panel width][4], then the same with the outliers, each group's depth filled up to a multiple of 4 with
/// zeros.
package final class Int8Matrix: Sendable {
  /// Rows, the length of the sums.
  package let depth: Int
  /// How the columns are cut.
  package let layout: PanelLayout
  /// The channels, rising, that form a group of their own; may be empty.
  package let outliers: [Int]
  /// One factor for each channel: 0 for outliers, else 1. Nil without outliers.
  private let mask: AlignedBuffer?
  private let storage: AlignedBuffer
  private let scales: AlignedBuffer
  private let sums: AlignedBuffer
  private let biases: AlignedBuffer?

  /// Room for a matrix of zeros, to be filled with `pack`.
  ///
  /// - Parameters:
  ///   - depth: At most `Int8PanelProduct.largestDepth`.
  ///   - outliers: Channels below `depth`, rising.
  ///   - arena: Where its memory comes from; nil for memory of its own.
  package init(
    depth: Int, columns: Int, hasBias: Bool, outliers: [Int] = [], kernels: KernelSet, arena: MemoryArena? = nil
  ) throws(OutOfMemory) {
    precondition(depth <= Int8PanelProduct.largestDepth, "sums of \(depth) products of bytes may overflow")
    self.depth = depth
    self.outliers = outliers
    layout = PanelLayout(columns: columns, kernels: kernels)
    let buffer = { (count: Int) throws(OutOfMemory) in try AlignedBuffer(count: count, in: arena) }
    let stored = layout.storedColumns
    let words = (depth + 3) / 4 + (outliers.count + 3) / 4
    let groups = outliers.isEmpty ? 1 : 2
    storage = try buffer(words * stored)
    scales = try buffer(groups * stored)
    sums = try buffer(groups * stored)
    biases = try hasBias ? buffer(stored) : nil
    mask = try outliers.isEmpty ? nil : buffer(depth)
    if let mask {
      mask.start.update(repeating: 1, count: depth)
      for channel in outliers { mask.start[channel] = 0 }
    }
  }

  /// Columns, without the filling.
  package var columns: Int { layout.columns }

  /// Number of panels.
  package var panelCount: Int { layout.panelCount }

  /// Groups of the depth that have scales of their own: 1, or 2 with outliers. So many `RowQuantization` has a row.
  package var groupCount: Int { outliers.isEmpty ? 1 : 2 }

  /// Bytes of a row of the left-hand matrix: those of its groups, one behind the other.
  package var rowByteCount: Int { (0..<groupCount).reduce(0) { $0 + groupDepth($1) } }

  /// Bytes of the panels, scales, sums and biases.
  package var byteCount: Int {
    [storage, scales, sums, biases, mask].reduce(0) { $0 + ($1?.byteCount ?? 0) }
  }

  /// Products in a group's sum, with the filling.
  func groupDepth(_ group: Int) -> Int { (group == 0 ? depth : outliers.count).roundedUp(toMultipleOf: 4) }

  /// A panel of one group.
  struct Panel {
    let start: UnsafePointer<Int8>
    let scales: UnsafePointer<Float>
    let sums: UnsafePointer<Int32>
  }

  func panel(_ index: Int, group: Int) -> Panel {
    let (columns, width) = layout.panel(index)
    let bytes = columns.lowerBound * rowByteCount + (group == 0 ? 0 : groupDepth(0) * width)
    let first = group * layout.storedColumns + columns.lowerBound
    return Panel(
      start: UnsafeRawPointer(storage.start).advanced(by: bytes).assumingMemoryBound(to: Int8.self),
      scales: UnsafePointer(scales.start + first),
      sums: UnsafeRawPointer(sums.start + first).assumingMemoryBound(to: Int32.self))
  }

  /// The biases of all columns, zero-filled to whole panels; nil when there are none.
  package var bias: UnsafePointer<Float>? { biases.map { UnsafePointer($0.start) } }

  /// Quantises some columns. Different columns may be written at the same time by different threads.
  ///
  /// A column and group has the scale max|w| / 127; a byte is the integer nearest to w / scale, ties to even. Bytes
  /// times their scale give the same bytes again.
  ///
  /// - Parameters:
  ///   - rows: [count, depth] with `stride` between rows: each row becomes a column.
  ///   - first: The first column that is written.
  package func pack(
    rows: UnsafePointer<Float>, count: Int, stride: Int, atColumn first: Int, kernels: KernelSet
  ) {
    // Four bytes are moved as the word that they share.
    let words = groupDepth(0) / 4
    let most = 16
    withUnsafeTemporaryAllocation(of: Float.self, capacity: most * words + depth) { scratch in
      guard let quantized = scratch.baseAddress else { return }
      let values = quantized + most * words
      layout.forEachPart(of: first..<first + count) { part, index in
        for column in Swift.stride(from: part.lowerBound, to: part.upperBound, by: most) {
          let rows = rows + (column - first) * stride
          let columns = column..<min(column + most, part.upperBound)
          for group in 0..<groupCount {
            pack(
              rows: rows, stride: stride, columns, panel: index, group: group, kernels: kernels, scratch: quantized,
              values: values)
          }
        }
      }
    }
  }

  /// - Parameters:
  ///   - scratch: Room for the columns, quantised.
  ///   - values: Room for one column.
  private func pack(
    rows: UnsafePointer<Float>, stride: Int, _ columns: Range<Int>, panel index: Int, group: Int, kernels: KernelSet,
    scratch: UnsafeMutablePointer<Float>, values: UnsafeMutablePointer<Float>
  ) {
    let (panelColumns, width) = layout.panel(index)
    let panel = panel(index, group: group)
    let place = columns.lowerBound - panelColumns.lowerBound
    let words = groupDepth(group) / 4
    scratch.update(repeating: 0, count: columns.count * words)
    for column in 0..<columns.count {
      let row = rows + column * stride
      let q = UnsafeMutableRawPointer(scratch + column * words).assumingMemoryBound(to: Int8.self)
      if group == 0 {
        values.update(from: row, count: depth)
        for channel in outliers { values[channel] = 0 }
      } else {
        for (place, channel) in outliers.enumerated() { values[place] = row[channel] }
      }
      let (scale, sum) = kernels.quantizeSymmetric(values, group == 0 ? depth : outliers.count, q)
      UnsafeMutablePointer(mutating: panel.scales)[place + column] = scale
      UnsafeMutablePointer(mutating: panel.sums)[place + column] = sum
    }
    let destination = UnsafeMutableRawPointer(mutating: panel.start).assumingMemoryBound(to: Float.self) + place
    kernels.transpose(scratch, columns.count, words, words, destination, width)
  }

  /// Writes some biases.
  package func setBias(_ values: UnsafePointer<Float>, count: Int, atColumn first: Int) {
    biases?.start.advanced(by: first).update(from: values, count: count)
  }

  /// Quantises rows of the left-hand matrix.
  ///
  /// - Parameters:
  ///   - x: [count, depth] with `stride` between rows.
  ///   - rows: Row r goes to `rows + r * rowByteCount`.
  ///   - parameters: Its scales and zeros to `parameters + r * groupCount`.
  package func quantize(
    _ x: UnsafePointer<Float>, count: Int, stride: Int, to rows: UnsafeMutablePointer<UInt8>,
    parameters: UnsafeMutablePointer<RowQuantization>, kernels: KernelSet
  ) {
    kernels.quantizeRows(
      QuantizeRows(
        rows: count, width: depth, x: x, xStride: stride, mask: mask.map { UnsafePointer($0.start) }, q: rows,
        qStride: rowByteCount, parameters: parameters, parameterStride: groupCount))
    if !outliers.isEmpty {
      quantizeOutliers(
        x, count: count, stride: stride, to: rows + groupDepth(0), parameters: parameters + 1, kernels: kernels)
    }
  }

  /// The same for the second group. Its channels are gathered, for some rows at a time, among as many zeros as make
  /// whole vectors: zeros change no scale.
  private func quantizeOutliers(
    _ x: UnsafePointer<Float>, count: Int, stride: Int, to rows: UnsafeMutablePointer<UInt8>,
    parameters: UnsafeMutablePointer<RowQuantization>, kernels: KernelSet
  ) {
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
              parameters: parameters + first * groupCount, parameterStride: groupCount))
          for row in 0..<many {
            (rows + (first + row) * rowByteCount).update(from: quantized + row * width, count: groupDepth(1))
          }
        }
      }
    }
  }
}
