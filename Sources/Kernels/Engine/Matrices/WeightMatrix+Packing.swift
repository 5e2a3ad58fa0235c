package import LHKernelTypes

extension WeightMatrix {
  /// Columns that are rounded at a time, as many as the widest vector has lanes.
  private static let packedColumns = 16

  /// Writes some columns, rounded to the format. Different columns may be written at the same time by different
  /// threads.
  ///
  /// A column and group of eight-bit integers has a scale of its own; see `QuantizeColumn`.
  ///
  /// - Parameters:
  ///   - rows: [count, depth] with `stride` between rows: each row becomes a column.
  ///   - first: The first column that is written.
  package func pack(
    rows: UnsafePointer<Float>, count: Int, stride: Int, atColumn first: Int, kernels: KernelSet
  ) {
    guard format.isReduced else {
      forEachPart(first, count) { columns, place, width in
        kernels.transpose(
          Transposition(
            rows: columns.count, columns: depth, source: rows + (columns.lowerBound - first) * stride,
            sourceStride: stride, destination: place, destinationStride: width))
      }
      return
    }
    // The words of a column are moved whole, whatever they hold.
    let words = layout.words
    let most = WeightMatrix.packedColumns
    withUnsafeTemporaryAllocation(of: Float.self, capacity: most * words + depth) { scratch in
      guard let rounded = scratch.baseAddress else { return }
      let values = rounded + most * words
      forEachPart(first, count) { columns, place, width in
        for column in Swift.stride(from: columns.lowerBound, to: columns.upperBound, by: most) {
          let many = min(most, columns.upperBound - column)
          for index in 0..<many {
            let row = rows + (column - first + index) * stride
            round(row, column: column + index, to: rounded + index * words, values: values, kernels: kernels)
          }
          kernels.transpose(
            Transposition(
              rows: many, columns: words, source: rounded, sourceStride: words,
              destination: place + (column - columns.lowerBound), destinationStride: width))
        }
      }
    }
  }

  /// Calls `body` with some columns, cut where panels end, the place of the first one's first word, and the panel's
  /// width.
  private func forEachPart(
    _ first: Int, _ count: Int,
    _ body: (_ columns: Range<Int>, _ place: UnsafeMutablePointer<Float>, _ width: Int) -> Void
  ) {
    layout.forEachPart(of: first..<first + count) { columns, panel in
      body(columns, storage.start + (panel.start + columns.lowerBound - panel.columns.lowerBound), panel.width)
    }
  }

  /// Rounds a column.
  ///
  /// - Parameters:
  ///   - words: Gets its words.
  ///   - values: Room for `depth` floats.
  private func round(
    _ row: UnsafePointer<Float>, column: Int, to words: UnsafeMutablePointer<Float>,
    values: UnsafeMutablePointer<Float>, kernels: KernelSet
  ) {
    guard let int8 else {
      words[layout.words - 1] = 0
      kernels.roundToBFloat16(
        BFloat16Rounding(
          x: row, y: UnsafeMutableRawPointer(words).assumingMemoryBound(to: UInt16.self), count: depth))
      return
    }
    words.update(repeating: 0, count: layout.words)
    let bytes = UnsafeMutableRawPointer(words).assumingMemoryBound(to: Int8.self)
    values.update(from: row, count: depth)
    for channel in int8.outliers { values[channel] = 0 }
    int8.set(column, kernels.quantizeColumn(QuantizeColumn(x: values, count: depth, q: bytes)))
    guard !int8.outliers.isEmpty else { return }
    for (place, channel) in int8.outliers.enumerated() { values[place] = row[channel] }
    let outlierBytes = bytes + depth.roundedUp(toMultipleOf: 4)
    int8.set(
      layout.storedColumns + column,
      kernels.quantizeColumn(QuantizeColumn(x: values, count: int8.outliers.count, q: outlierBytes)))
  }
}

extension Int8Columns {
  /// Writes a scale and a sum: those of a column, those of its outliers `stored columns` further.
  fileprivate func set(_ place: Int, _ column: ColumnQuantization) {
    scales.start[place] = column.scale
    UnsafeMutableRawPointer(sums.start + place).assumingMemoryBound(to: Int32.self).pointee = column.sum
  }
}
