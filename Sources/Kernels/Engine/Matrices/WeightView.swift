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
  /// The columns, cut where panels or ranges end.
  let parts: [PanelPart]
  /// Outlier channels below `depth`.
  let outlierCount: Int
  /// Of eight-bit integers, the sums of the columns' bytes in these rows: [group][stored columns], `Int32`.
  let columnSums: AlignedBuffer?

  init(matrix: WeightMatrix, depth: Int, parts: [PanelPart], outlierCount: Int, columnSums: AlignedBuffer?) {
    self.matrix = matrix
    self.depth = depth
    self.parts = parts
    self.outlierCount = outlierCount
    self.columnSums = columnSums
  }

  /// Columns.
  package var columns: Int { parts.last?.columns.upperBound ?? 0 }
}

/// Columns of a view that lie in one panel.
struct PanelPart: Sendable {
  /// Which columns of the view they are.
  let columns: Range<Int>
  /// The first one's number in the matrix.
  let storedColumn: Int
  /// Words of the matrix before its first word.
  let start: Int
  /// Distance between words of a column: the panel's width.
  let stride: Int
  /// Columns up to whole vectors.
  let width: Int

  /// Ranges of columns, cut where panels end.
  static func parts(of layout: PanelLayout, _ ranges: [Range<Int>]) -> [PanelPart] {
    var parts: [PanelPart] = []
    var done = 0
    for range in ranges {
      layout.forEachPart(of: range) { part, panel in
        let offset = part.lowerBound - panel.columns.lowerBound
        parts.append(
          PanelPart(
            columns: done..<done + part.count, storedColumn: part.lowerBound, start: panel.start + offset,
            stride: panel.width, width: part.count.roundedUp(toMultipleOf: layout.lanes)))
        done += part.count
      }
    }
    return parts
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
    let parts = PanelPart.parts(of: layout, ranges)
    guard let int8 else {
      return WeightView(matrix: self, depth: depth, parts: parts, outlierCount: 0, columnSums: nil)
    }
    guard depth < self.depth else {
      return WeightView(
        matrix: self, depth: depth, parts: parts, outlierCount: int8.outliers.count, columnSums: int8.sums)
    }
    let sums = try AlignedBuffer(count: int8.sums.count)
    let view = WeightView(
      matrix: self, depth: depth, parts: parts, outlierCount: int8.outliers.filter { $0 < depth }.count,
      columnSums: sums)
    for part in parts { view.sumColumns(of: part, to: sums) }
    return view
  }
}

extension WeightView {
  /// Adds up the bytes of the rows that take part. (Those that are beyond the depth in its last word do not.)
  fileprivate func sumColumns(of part: PanelPart, to sums: AlignedBuffer) {
    for group in 0..<groupCount {
      let bytes = bytes(of: part, group: group)
      let sums = UnsafeMutableRawPointer(sums.start + group * matrix.layout.storedColumns)
        .assumingMemoryBound(to: Int32.self)
      for column in 0..<part.columns.count {
        var sum: Int32 = 0
        for k in 0..<(group == 0 ? depth : outlierCount) {
          sum += Int32(bytes[(k / 4 * part.stride + column) * 4 + k % 4])
        }
        sums[part.storedColumn + column] = sum
      }
    }
  }

  /// The first byte of a group of a part.
  func bytes(of part: PanelPart, group: Int) -> UnsafePointer<Int8> {
    let words = group == 0 ? 0 : (matrix.depth + 3) / 4
    return UnsafeRawPointer(matrix.storage.start + (part.start + words * part.stride))
      .assumingMemoryBound(to: Int8.self)
  }
}
