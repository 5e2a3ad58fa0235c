package import LHKernelTypes
package import LHSystem

/// The right-hand matrix of a product, [depth, columns], stored as panels: [panel][depth][panel width], zero-filled.
///
/// A kernel reads a panel from its first to its last float in order. The last panel is as narrow as whole vectors
/// allow.
package final class PackedMatrix: Sendable {
  /// Rows, the length of the sums.
  package let depth: Int
  /// Columns, without the filling.
  package let columns: Int
  /// Columns of every panel but the last.
  package let panelWidth: Int
  /// Columns that a panel's width is a multiple of.
  package let lanes: Int
  private let storage: AlignedBuffer
  private let biases: AlignedBuffer?

  /// Room for a matrix of zeros, to be filled with `pack`.
  ///
  /// - Parameters:
  ///   - isPlain: One panel with all columns, [depth, columns] without filling, as BLAS wants it.
  ///   - arena: Where its memory comes from; nil for memory of its own.
  package init(
    depth: Int, columns: Int, hasBias: Bool, kernels: KernelSet, isPlain: Bool, arena: MemoryArena? = nil
  ) throws(OutOfMemory) {
    self.depth = depth
    self.columns = columns
    lanes = isPlain ? 1 : kernels.lanes
    panelWidth = isPlain ? columns : min(kernels.panelWidth, columns.roundedUp(toMultipleOf: kernels.lanes))
    let stored = columns.roundedUp(toMultipleOf: lanes)
    let buffer = { (count: Int) throws(OutOfMemory) in try AlignedBuffer(count: count, in: arena) }
    storage = try buffer(depth * stored)
    biases = try hasBias ? buffer(stored) : nil
  }

  /// Number of panels.
  package var panelCount: Int { (columns + panelWidth - 1) / panelWidth }

  /// Bytes of the panels and biases.
  package var byteCount: Int { ((biases?.count ?? 0) + storage.count) * MemoryLayout<Float>.stride }

  /// The first float of a panel, its width with filling, and the columns of the matrix in it.
  package func panel(_ index: Int) -> (start: UnsafePointer<Float>, width: Int, columns: Range<Int>) {
    let first = index * panelWidth
    let end = min(first + panelWidth, columns)
    let width = min(panelWidth, (end - first).roundedUp(toMultipleOf: lanes))
    return (UnsafePointer(storage.start + first * depth), width, first..<end)
  }

  /// The biases of all columns, zero-filled to whole panels; nil when there are none.
  package var bias: UnsafePointer<Float>? { biases.map { UnsafePointer($0.start) } }

  /// Writes some columns. Different columns may be written at the same time by different threads.
  ///
  /// - Parameters:
  ///   - rows: [count, depth] with `stride` between rows: each row becomes a column.
  ///   - first: The first column that is written.
  package func pack(
    rows: UnsafePointer<Float>, count: Int, stride: Int, atColumn first: Int, kernels: KernelSet
  ) {
    var done = 0
    while done < count {
      let column = first + done
      let (start, width, columns) = panel(column / panelWidth)
      let many = min(columns.upperBound - column, count - done)
      let destination = UnsafeMutablePointer(mutating: start) + (column - columns.lowerBound)
      kernels.transpose(rows + done * stride, many, depth, stride, destination, width)
      done += many
    }
  }

  /// Writes some biases.
  package func setBias(_ values: UnsafePointer<Float>, count: Int, atColumn first: Int) {
    biases?.start.advanced(by: first).update(from: values, count: count)
  }
}

extension Int {
  /// The smallest multiple of `step` that is not smaller.
  package func roundedUp(toMultipleOf step: Int) -> Int { (self + step - 1) / step * step }

  /// This number of floats, rounded up to whole cache lines.
  package var wholeCacheLines: Int { roundedUp(toMultipleOf: 16) }
}
