/// How much the stored values of a tensor, or of several, differ from what they were.
public struct WeightError: Sendable, Hashable {
  /// The largest |stored - original|.
  public private(set) var largest = 0.0
  /// Sum of (stored - original)^2.
  private var squaredErrors = 0.0
  /// Sum of original^2.
  private var squares = 0.0

  /// No error of no values.
  init() {}

  /// Root of the mean squared error, relative to that of the original values; 0 when there are none.
  public var relative: Double { squares > 0 ? (squaredErrors / squares).squareRoot() : 0 }

  /// Adds values and what became of them. What is not finite has no error that could be measured.
  mutating func add(
    _ stored: UnsafePointer<Float>, _ original: UnsafePointer<Float>, count: Int
  ) {
    for index in 0..<count {
      let value = Double(original[index])
      let error = Double(stored[index]) - value
      guard error.isFinite else { continue }
      squaredErrors += error * error
      squares += value * value
      largest = max(largest, abs(error))
    }
  }

  /// Adds other values' errors.
  mutating func add(_ other: WeightError) {
    largest = max(largest, other.largest)
    squaredErrors += other.squaredErrors
    squares += other.squares
  }
}
