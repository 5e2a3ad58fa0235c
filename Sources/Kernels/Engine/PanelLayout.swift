package import LHKernelTypes

/// How the columns of a matrix are cut into panels: all of one width, but for the last, which is as narrow as whole
/// vectors allow.
package struct PanelLayout: Sendable {
  /// Columns, without the filling.
  package let columns: Int
  /// Columns that a panel's width is a multiple of.
  package let lanes: Int
  /// Columns of every panel but the last.
  package let panelWidth: Int

  package init(columns: Int, kernels: KernelSet) {
    self.columns = columns
    lanes = kernels.lanes
    panelWidth = min(kernels.panelWidth, columns.roundedUp(toMultipleOf: kernels.lanes))
  }

  /// Number of panels.
  package var panelCount: Int { (columns + panelWidth - 1) / panelWidth }

  /// Columns with the filling.
  package var storedColumns: Int { columns.roundedUp(toMultipleOf: lanes) }

  /// The columns of a panel, and its width with the filling.
  package func panel(_ index: Int) -> (columns: Range<Int>, width: Int) {
    let first = index * panelWidth
    let end = min(first + panelWidth, columns)
    return (first..<end, (end - first).roundedUp(toMultipleOf: lanes))
  }

  /// Calls `body` with some columns, cut where panels end, and the panel that each part lies in.
  func forEachPart(of columns: Range<Int>, _ body: (_ part: Range<Int>, _ panel: Int) -> Void) {
    var first = columns.lowerBound
    while first < columns.upperBound {
      let panel = first / panelWidth
      let end = min(columns.upperBound, (panel + 1) * panelWidth)
      body(first..<end, panel)
      first = end
    }
  }
}
