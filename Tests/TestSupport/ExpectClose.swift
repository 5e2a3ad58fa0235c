// Programs are built with the static standard library, which has no Testing; then nobody uses this module.
#if canImport(Testing)
  public import Testing

  /// Records an issue when `|actual - expected| > tolerance * max(1, |expected|)` anywhere, or the counts differ.
  ///
  /// The issue tells the tensor's name, the difference that is largest in proportion to its bound, and its place. A NaN
  /// is never close to anything.
  public func expectClose(
    _ name: String, _ actual: [Float], _ expected: [Float], tolerance: Double = 1e-5,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    guard actual.count == expected.count else {
      Issue.record("\(name): \(actual.count) values, expected \(expected.count)", sourceLocation: sourceLocation)
      return
    }
    let worst = largestDifference(actual, expected)
    if !(worst.ratio <= tolerance) {
      Issue.record(
        """
        \(name): largest difference \(worst.ratio) * max(1, |expected|) at \(worst.index) of \(expected.count), \
        allowed \(tolerance): \(actual[worst.index]), expected \(expected[worst.index])
        """, sourceLocation: sourceLocation)
    }
  }
#endif

/// The largest `|actual - expected| / max(1, |expected|)` of two arrays of the same length, and where it is. NaN counts
/// as larger than everything; for empty arrays the ratio is 0.
public func largestDifference(_ actual: [Float], _ expected: [Float]) -> (ratio: Double, index: Int) {
  var worst = (ratio: 0.0, index: 0)
  for index in expected.indices {
    let difference = abs(Double(actual[index]) - Double(expected[index])) / max(1, abs(Double(expected[index])))
    if !(difference <= worst.ratio) { worst = (difference, index) }
    if difference.isNaN { break }
  }
  return worst
}
