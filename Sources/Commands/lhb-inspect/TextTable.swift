import LHCommandSupport

/// Text in columns.
enum TextTable {
  /// Labels and what belongs to them, a line each.
  static func facts(_ facts: [(label: String, text: String)]) -> String {
    let width = facts.map(\.label.count).max() ?? 0
    return facts.map { padded(oneLine($0.label), width + 2) + oneLine($0.text) + "\n" }.joined()
  }

  /// Rows under a heading; every row is as long as the heading.
  static func rows(_ heading: [String], _ rows: [[String]]) -> String {
    let all = [heading] + rows.map { $0.map(oneLine) }
    let widths = heading.indices.map { column in min(widthLimit, all.map { $0[column].count }.max() ?? 0) }
    return all.map { row in
      let cells = row.enumerated().map { column, cell in
        column == row.count - 1 ? cell : padded(cell, widths[column] + 2)
      }
      return cells.joined() + "\n"
    }.joined()
  }

  /// Longer texts stand out of their column: one name of a megabyte in a hostile file must not make all lines so long.
  private static let widthLimit = 100

  /// A shape as [512, 10].
  static func shape(_ shape: [Int]) -> String { "[" + shape.map(String.init).joined(separator: ", ") + "]" }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
