package import LHKernelTypes

/// How the right-hand matrix of a product lies in memory: [panel][words of a column][panel width], words of 32 bits.
///
/// A word holds one float32, two bfloat16 or four bytes that follow each other in a column. All panels are of one width
/// but the last, which is as narrow as whole vectors allow. What a panel has beyond the matrix is zeros. A kernel reads
/// a panel from its first to its last word in order.
package struct PanelLayout: Sendable {
  /// Words of a column.
  package let words: Int
  /// Columns, without the filling.
  package let columns: Int
  /// Columns that a panel's width is a multiple of.
  package let lanes: Int
  /// Columns of every panel but the last.
  package let panelWidth: Int

  /// The layout for a set of kernels.
  package init(words: Int, columns: Int, kernels: KernelSet) {
    self.words = words
    self.columns = columns
    lanes = kernels.lanes
    panelWidth = min(kernels.panelWidth, columns.roundedUp(toMultipleOf: kernels.lanes))
  }

  /// One panel without filling, [words, columns], as BLAS wants it.
  package init(plainWords words: Int, columns: Int) {
    self.words = words
    self.columns = columns
    lanes = 1
    panelWidth = columns
  }

  /// Number of panels.
  package var panelCount: Int { (columns + panelWidth - 1) / panelWidth }

  /// Columns with the filling.
  package var storedColumns: Int { columns.roundedUp(toMultipleOf: lanes) }

  /// Words of all panels.
  package var wordCount: Int { words * storedColumns }

  /// A panel.
  package struct Panel {
    /// The columns of the matrix in it.
    package let columns: Range<Int>
    /// Its width with the filling: the distance between words of a column.
    package let width: Int
    /// Words before its first one.
    package let start: Int
  }

  /// A panel.
  package func panel(_ index: Int) -> Panel {
    let first = index * panelWidth
    let end = min(first + panelWidth, columns)
    return Panel(
      columns: first..<end, width: (end - first).roundedUp(toMultipleOf: lanes), start: first * words)
  }

  /// Calls `body` with some columns, cut where panels end, and the panel that each part lies in.
  func forEachPart(of columns: Range<Int>, _ body: (_ part: Range<Int>, _ panel: Panel) -> Void) {
    var first = columns.lowerBound
    while first < columns.upperBound {
      let panel = panel(first / panelWidth)
      let end = min(columns.upperBound, panel.columns.lowerBound + panelWidth)
      body(first..<end, panel)
      first = end
    }
  }
}

extension Int {
  /// The smallest multiple of `step` that is not smaller.
  package func roundedUp(toMultipleOf step: Int) -> Int { (self + step - 1) / step * step }

  /// This number of bytes, rounded up to an odd number of cache lines: at such a distance the same place of many rows
  /// lies in different sets of a cache.
  var oddCacheLines: Int { ((self + 63) / 64 | 1) * 64 }

  /// This number of floats, rounded up to whole cache lines.
  package var wholeCacheLines: Int { roundedUp(toMultipleOf: 16) }
}
