package import LHSystem

/// Some columns of a packed matrix and a prefix of its depth, which are multiplied where they lie.
///
/// A view's product is, bit for bit, the one with a matrix that was packed from the same columns and rows, as long as
/// sums run in the same order: always for eight-bit integers if their scales are the same (a view has those of the
/// whole depth), and for the others but where Strassen's algorithm would pair other panels, because a range of columns
/// ends within one.
package struct WeightView: Sendable {
  /// What is viewed.
  package let matrix: WeightMatrix
  /// Rows that take part, the first ones.
  package let depth: Int
  /// Outlier channels among them.
  let outlierCount: Int
  private let parts: PanelParts
  /// What `parts` points to beside the matrix: of eight-bit integers, the sums of the columns' bytes in these rows.
  private let columnSums: AlignedBuffer?

  init(
    matrix: WeightMatrix, depth: Int, outlierCount: Int, parts: PanelParts, columnSums: AlignedBuffer? = nil
  ) {
    self.matrix = matrix
    self.depth = depth
    self.outlierCount = outlierCount
    self.parts = parts
    self.columnSums = columnSums
  }

  /// Columns.
  package var columns: Int { parts.list.last?.columns.upperBound ?? 0 }

  private var kind: PanelTable.Kind {
    switch matrix.format {
    case .float32: .float32
    case .bfloat16: .bfloat16
    case .int8: .int8
    }
  }

  /// What products need to know.
  var table: PanelTable {
    PanelTable(
      kind: kind, depth: depth, outlierCount: outlierCount, words: matrix.layout.words,
      firstGroupWords: matrix.firstGroupWords, groupStride: matrix.layout.storedColumns, parts: parts.list)
  }
}

extension WeightMatrix {
  /// A view of some columns and of the first rows.
  ///
  /// - Parameters:
  ///   - depth: Rows that take part, at least 1. Float32 sums are cut as those of a packed matrix of this depth are.
  ///   - ranges: The columns, range after range; each begins at a multiple of `layout.lanes`.
  package func view(depth: Int, columns ranges: [Range<Int>]) throws(OutOfMemory) -> WeightView {
    precondition((1...self.depth).contains(depth), "\(depth) rows of \(self.depth)")
    for range in ranges {
      precondition(range.lowerBound % layout.lanes == 0, "a view begins where a vector of the panel does")
      precondition(range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(columns)")
    }
    let outlierCount = int8?.outliers.filter { $0 < depth }.count ?? 0
    guard let int8, depth < self.depth else {
      return WeightView(
        matrix: self, depth: depth, outlierCount: outlierCount, parts: parts(ranges, sums: int8?.sums))
    }
    let sums = try AlignedBuffer(count: int8.sums.count)
    let view = WeightView(
      matrix: self, depth: depth, outlierCount: outlierCount, parts: parts(ranges, sums: sums),
      columnSums: sums)
    view.table.sumColumns()
    return view
  }
}

extension PanelTable {
  /// Writes the sums of the bytes of the rows that take part. (Those beyond the depth in its last word do not.)
  fileprivate func sumColumns() {
    for part in parts {
      guard let sums = part.sums.map({ UnsafeMutablePointer(mutating: $0) }) else { return }
      for group in 0..<groupCount {
        let bytes = bytes(of: part, group: group)
        for column in 0..<part.columns.count {
          var sum: Int32 = 0
          for k in 0..<(group == 0 ? depth : outlierCount) {
            sum += Int32(bytes[(k / 4 * part.stride + column) * 4 + k % 4])
          }
          sums[group * groupStride + column] = sum
        }
      }
    }
  }
}
