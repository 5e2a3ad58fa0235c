package import LHKernelTypes
package import LHSystem

/// The right-hand matrix of a product, [depth, columns], in bfloat16. A panel is [depth / 2][panel width][2], its depth
/// filled up to a multiple of 2 with zeros.
package final class BFloat16Matrix: Sendable {
  /// Rows, the length of the sums.
  package let depth: Int
  /// How the columns are cut.
  package let layout: PanelLayout
  private let storage: AlignedBuffer
  private let biases: AlignedBuffer?

  /// Room for a matrix of zeros, to be filled with `pack`.
  ///
  /// - Parameter arena: Where its memory comes from; nil for memory of its own.
  package init(depth: Int, columns: Int, hasBias: Bool, kernels: KernelSet, arena: MemoryArena? = nil)
    throws(OutOfMemory)
  {
    self.depth = depth
    layout = PanelLayout(columns: columns, kernels: kernels)
    let buffer = { (count: Int) throws(OutOfMemory) in try AlignedBuffer(count: count, in: arena) }
    storage = try buffer((depth + 1) / 2 * layout.storedColumns)
    biases = try hasBias ? buffer(layout.storedColumns) : nil
  }

  /// Columns, without the filling.
  package var columns: Int { layout.columns }

  /// Number of panels.
  package var panelCount: Int { layout.panelCount }

  /// Elements of a row of the left-hand matrix: the depth, up to a multiple of 2.
  package var rowCount: Int { depth.roundedUp(toMultipleOf: 2) }

  /// Bytes of the panels and biases.
  package var byteCount: Int { storage.byteCount + (biases?.byteCount ?? 0) }

  /// The first element of a panel.
  func panel(_ index: Int) -> UnsafePointer<UInt16> {
    UnsafeRawPointer(storage.start + layout.panel(index).columns.lowerBound * (rowCount / 2))
      .assumingMemoryBound(to: UInt16.self)
  }

  /// The biases of all columns, zero-filled to whole panels; nil when there are none.
  package var bias: UnsafePointer<Float>? { biases.map { UnsafePointer($0.start) } }

  /// Rounds some columns. Different columns may be written at the same time by different threads.
  ///
  /// - Parameters:
  ///   - rows: [count, depth] with `stride` between rows: each row becomes a column.
  ///   - first: The first column that is written.
  package func pack(
    rows: UnsafePointer<Float>, count: Int, stride: Int, atColumn first: Int, kernels: KernelSet
  ) {
    // Pairs of elements are moved as the words that they share.
    let words = rowCount / 2
    let most = 16
    withUnsafeTemporaryAllocation(of: Float.self, capacity: most * words) { rounded in
      guard let rounded = rounded.baseAddress else { return }
      layout.forEachPart(of: first..<first + count) { part, index in
        let (columns, width) = layout.panel(index)
        let start = UnsafeMutableRawPointer(mutating: panel(index)).assumingMemoryBound(to: Float.self)
        for column in Swift.stride(from: part.lowerBound, to: part.upperBound, by: most) {
          let many = min(most, part.upperBound - column)
          round(
            rows + (column - first) * stride, count: many, stride: stride,
            to: UnsafeMutableRawPointer(rounded).assumingMemoryBound(to: UInt16.self), kernels: kernels)
          kernels.transpose(rounded, many, words, words, start + (column - columns.lowerBound), width)
        }
      }
    }
  }

  /// Writes some biases.
  package func setBias(_ values: UnsafePointer<Float>, count: Int, atColumn first: Int) {
    biases?.start.advanced(by: first).update(from: values, count: count)
  }

  /// Rounds rows of the left-hand matrix: [count, depth] with `stride` between rows. Row r goes to
  /// `rows + r * rowCount`.
  package func round(
    _ x: UnsafePointer<Float>, count: Int, stride: Int, to rows: UnsafeMutablePointer<UInt16>, kernels: KernelSet
  ) {
    for row in 0..<count {
      kernels.roundToBFloat16(x + row * stride, rows + row * rowCount, depth)
      if depth < rowCount { rows[row * rowCount + depth] = 0 }
    }
  }
}
