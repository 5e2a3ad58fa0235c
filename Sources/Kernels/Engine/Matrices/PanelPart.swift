/// Columns of a view that lie in one panel.
struct PanelPart {
  /// Which columns of the view they are.
  let columns: Range<Int>
  /// The first one's first word.
  let words: UnsafePointer<Float>
  /// Distance between words of a column: the panel's width.
  let stride: Int
  /// Columns up to whole vectors.
  let width: Int
  /// The first one's bias.
  let bias: UnsafePointer<Float>?
  /// Of eight-bit integers, the first one's scale and the sum of its bytes. Those of its outliers lie
  /// `PanelTable.groupStride` further.
  let scales: UnsafePointer<Float>?
  let sums: UnsafePointer<Int32>?
}

/// All that products need to know of a view. It owns nothing, so that threads which multiply with the same matrix do
/// not count references to it: the view, or the whole matrix, must outlive it.
struct PanelTable {
  enum Kind { case float32, bfloat16, int8 }
  let kind: Kind
  /// Rows that take part.
  let depth: Int
  /// Outlier channels among them.
  let outlierCount: Int
  /// Words of a column, and those before its outliers.
  let words, firstGroupWords: Int
  /// Distance between the scales of a column and those of its outliers.
  let groupStride: Int
  /// The columns, cut where panels or ranges end.
  let parts: UnsafeBufferPointer<PanelPart>

  /// Groups of the depth that have scales of their own: 1, or 2 with outliers.
  var groupCount: Int { outlierCount == 0 ? 1 : 2 }

  /// Elements of a group in a row of bytes, with the filling.
  func groupDepth(_ group: Int) -> Int { (group == 0 ? depth : outlierCount).roundedUp(toMultipleOf: 4) }

  /// Elements of a row of bfloat16, with the filling.
  var bfloat16Depth: Int { depth.roundedUp(toMultipleOf: 2) }

  /// What is read after a part: the next one's first word; after the last one whatever follows in memory.
  func wordsAfter(part index: Int) -> UnsafePointer<Float> {
    index + 1 < parts.count ? parts[index + 1].words : parts[index].words + words * parts[index].stride
  }

  /// The first byte of a group of a part.
  func bytes(of part: PanelPart, group: Int) -> UnsafePointer<Int8> {
    UnsafeRawPointer(part.words + (group == 0 ? 0 : firstGroupWords * part.stride))
      .assumingMemoryBound(to: Int8.self)
  }
}

/// The parts of a view, in memory that does not move.
final class PanelParts: @unchecked Sendable {
  let list: UnsafeBufferPointer<PanelPart>

  /// Ranges of columns, cut where panels end.
  ///
  /// - Parameters:
  ///   - words: The panels; they and the others must outlive this.
  ///   - biases: [stored columns]; scales and sums likewise, those of the usual channels first.
  init(
    _ ranges: [Range<Int>], of layout: PanelLayout, words: AlignedBuffer, biases: AlignedBuffer?,
    scales: AlignedBuffer?, sums: AlignedBuffer?
  ) {
    var parts: [PanelPart] = []
    var done = 0
    for range in ranges {
      layout.forEachPart(of: range) { part, panel in
        let column = part.lowerBound
        parts.append(
          PanelPart(
            columns: done..<done + part.count,
            words: UnsafePointer(words.start + (panel.start + column - panel.columns.lowerBound)),
            stride: panel.width, width: part.count.roundedUp(toMultipleOf: layout.lanes),
            bias: biases.map { UnsafePointer($0.start + column) },
            scales: scales.map { UnsafePointer($0.start + column) },
            sums: sums.map { UnsafeRawPointer($0.start + column).assumingMemoryBound(to: Int32.self) }))
        done += part.count
      }
    }
    let memory = UnsafeMutableBufferPointer<PanelPart>.allocate(capacity: parts.count)
    _ = memory.initialize(from: parts)
    list = UnsafeBufferPointer(memory)
  }

  deinit { list.deallocate() }
}
