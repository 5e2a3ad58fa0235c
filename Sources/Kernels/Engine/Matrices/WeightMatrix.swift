package import LHKernelTypes
package import LHSystem

/// The packed right-hand matrix of products, [depth, columns], in one of three number formats, with or without a bias
/// for each column.
///
/// A column of an eight-bit matrix is the bytes of the depth, filled up to whole words, then those of the outlier
/// channels; in the first group outliers are zeros.
package final class WeightMatrix: Sendable {
  /// Rows, the length of the sums.
  package let depth: Int
  /// The number format.
  package let format: MatrixFormat
  /// How the columns are cut.
  package let layout: PanelLayout
  /// The panels.
  package let storage: AlignedBuffer
  /// [stored columns]
  private let biases: AlignedBuffer?
  /// What eight-bit integers have besides.
  let int8: Int8Columns?
  /// All panels, as a view has them.
  private let parts: PanelParts

  /// Room for a matrix of zeros, to be filled with `pack`.
  ///
  /// - Parameters:
  ///   - depth: For eight-bit integers at most `Int8PanelProduct.largestDepth`; outliers are below it.
  ///   - isPlain: One panel with all columns, [depth, columns] without filling, as BLAS wants it; for float32.
  ///   - arena: Where its memory comes from; nil for memory of its own.
  package init(
    depth: Int, columns: Int, hasBias: Bool, format: MatrixFormat = .float32, kernels: KernelSet,
    isPlain: Bool = false, arena: MemoryArena? = nil
  ) throws(OutOfMemory) {
    precondition(!isPlain || format == .float32, "BLAS multiplies float32")
    self.depth = depth
    self.format = format
    let words: Int
    switch format {
    case .float32: words = depth
    case .bfloat16: words = (depth + 1) / 2
    case .int8(let outliers):
      precondition(depth <= Int8PanelProduct.largestDepth, "sums of \(depth) products of bytes may overflow")
      words = (depth + 3) / 4 + (outliers.count + 3) / 4
    }
    layout =
      isPlain
      ? PanelLayout(plainWords: words, columns: columns) : PanelLayout(words: words, columns: columns, kernels: kernels)
    storage = try AlignedBuffer(count: layout.wordCount, in: arena)
    if case .int8(let outliers) = format {
      int8 = try Int8Columns(depth: depth, stored: layout.storedColumns, outliers: outliers, arena: arena)
    } else {
      int8 = nil
    }
    biases = try hasBias ? AlignedBuffer(count: layout.storedColumns, in: arena) : nil
    parts = PanelParts(
      [0..<columns], of: layout, words: storage, biases: biases, scales: int8?.scales, sums: int8?.sums)
  }

  /// Columns, without the filling.
  package var columns: Int { layout.columns }

  /// Words of a column of bytes before its outliers.
  var firstGroupWords: Int { (depth + 3) / 4 }

  /// What is viewed of it.
  ///
  /// - Parameter sums: Those of the columns' bytes in the rows that take part.
  func parts(_ ranges: [Range<Int>], sums: AlignedBuffer?) -> PanelParts {
    PanelParts(ranges, of: layout, words: storage, biases: biases, scales: int8?.scales, sums: sums)
  }

  /// Bytes of the panels, biases, scales and sums.
  package var byteCount: Int { storage.byteCount + (biases?.byteCount ?? 0) + (int8?.byteCount ?? 0) }

  /// The biases of all columns, zero-filled to whole panels; nil when there are none.
  package var bias: UnsafePointer<Float>? { biases.map { UnsafePointer($0.start) } }

  /// Writes some biases.
  package func setBias(_ values: UnsafePointer<Float>, count: Int, atColumn first: Int) {
    biases?.start.advanced(by: first).update(from: values, count: count)
  }

  /// The whole matrix as a view of itself.
  package var whole: WeightView {
    WeightView(matrix: self, depth: depth, outlierCount: int8?.outliers.count ?? 0, parts: parts)
  }
}

/// What the columns of an eight-bit matrix have beside their bytes.
struct Int8Columns: Sendable {
  /// The channels, rising, that form a group of their own; may be empty.
  let outliers: [Int]
  /// One factor for each channel: 0 for outliers, else 1. Nil without outliers.
  let mask: AlignedBuffer?
  /// [group][stored columns]
  let scales: AlignedBuffer
  /// The sums of the columns' bytes, `Int32`, likewise.
  let sums: AlignedBuffer

  fileprivate init(depth: Int, stored: Int, outliers: [Int], arena: MemoryArena?) throws(OutOfMemory) {
    self.outliers = outliers
    let groups = outliers.isEmpty ? 1 : 2
    scales = try AlignedBuffer(count: groups * stored, in: arena)
    sums = try AlignedBuffer(count: groups * stored, in: arena)
    mask = try outliers.isEmpty ? nil : AlignedBuffer(count: depth, in: arena)
    if let mask {
      mask.start.update(repeating: 1, count: depth)
      for channel in outliers { mask.start[channel] = 0 }
    }
  }

  var byteCount: Int { scales.byteCount + sums.byteCount + (mask?.byteCount ?? 0) }
}
