/// Text in columns.
enum Table {
  /// Rows whose columns are as wide as their widest cell, to the right.
  static func aligned(_ rows: [[String]]) -> String {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      "  " + zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }.joined(separator: "   ") + "\n"
    }.joined()
  }
}
