public import LHKernelTypes
import LHKernels
import LHTestSupport
public import Testing

extension KernelSet: CustomTestStringConvertible {
  /// The set's name.
  public var testDescription: String { name }

  /// The reference that the other sets are compared with.
  static var scalar: KernelSet {
    get throws { try InstructionSet.select("scalar") }
  }
}

/// Half the distance between 1 and the next float: the largest relative error of one rounding.
let roundoff = 0x1p-24

/// Records an issue when any value is further from the true one than its bound; it names the kernel, the instruction
/// set, the difference that is largest in proportion to its bound, and its place. NaN is close to nothing.
func expectWithin(
  _ kernel: @autoclosure () -> String, _ set: KernelSet, _ actual: [Float], _ expected: [Double],
  sourceLocation: SourceLocation = #_sourceLocation, bound: (Int) -> Double
) {
  guard actual.count == expected.count else {
    Issue.record(
      "\(kernel()) \(set.name): \(actual.count) values, expected \(expected.count)", sourceLocation: sourceLocation)
    return
  }
  var worst = (ratio: 0.0, place: 0)
  for place in expected.indices {
    let difference = abs(Double(actual[place]) - expected[place])
    let ratio = difference == 0 ? 0 : difference / bound(place)
    if !(ratio <= worst.ratio) { worst = (ratio, place) }
    if ratio.isNaN { break }
  }
  if !(worst.ratio <= 1) {
    let place = worst.place
    Issue.record(
      """
      \(kernel()) \(set.name): largest difference \(abs(Double(actual[place]) - expected[place])) at \(place) of \
      \(expected.count), allowed \(bound(place)): \(actual[place]), expected \(expected[place])
      """, sourceLocation: sourceLocation)
  }
}

/// Records an issue at the first place where two results are not the same to the last bit.
func expectIdentical(
  _ what: @autoclosure () -> String, _ set: KernelSet, _ actual: [Float], _ expected: [Float],
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let places = zip(actual, expected).enumerated().filter { $1.0.bitPattern != $1.1.bitPattern }
  guard actual.count == expected.count, places.isEmpty else {
    let first = places.first.map { "\($0.element.0), expected \($0.element.1), at \($0.offset)" } ?? ""
    let largest = largestDifference(Array(actual.prefix(expected.count)), Array(expected.prefix(actual.count)))
    Issue.record(
      """
      \(what()) \(set.name): \(places.count) of \(expected.count) values differ, first \(first); the largest \
      difference is \(largest.ratio) at \(largest.index)
      """, sourceLocation: sourceLocation)
    return
  }
}
