import Glibc

/// How far a hidden state is from a reference of the same shape.
package struct StateDifference: Sendable {
  /// Root mean square of the difference over that of the reference; 0 when both are the same, infinite when only the
  /// reference is 0 everywhere.
  package let relativeError: Double
  /// Cosine of the angle between both as vectors of all their elements; 1 when both are 0 everywhere.
  package let cosine: Double
  /// The largest absolute difference of two elements.
  package let largestError: Double

  /// Ratio of the reference to the difference in decibels; infinite when both are the same.
  package var signalToNoise: Double { -20 * log10(relativeError) }

  /// Compares two states of the same count, in double precision.
  package init(of state: UnsafeBufferPointer<Float>, from reference: UnsafeBufferPointer<Float>) {
    precondition(state.count == reference.count)
    var (signal, noise, power, product, largest) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for (found, expected) in zip(state, reference) {
      let (x, y) = (Double(found), Double(expected))
      let difference = abs(x - y)
      signal += y * y
      noise += difference * difference
      power += x * x
      product += x * y
      // A difference that is not a number counts as the largest, and stays it.
      if difference > largest || difference.isNaN { largest = difference }
    }
    relativeError = noise == 0 ? 0 : (noise / signal).squareRoot()
    cosine = noise == 0 ? 1 : signal == 0 || power == 0 ? 0 : product / (signal * power).squareRoot()
    largestError = largest
  }
}
