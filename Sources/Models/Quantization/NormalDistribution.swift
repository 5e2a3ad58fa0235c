import Glibc

/// Probability that a standard normal variable is above a number.
func upperTail(_ x: Double) -> Double { erfc(x / 2.0.squareRoot()) / 2 }

/// The number that a standard normal variable exceeds with a probability in 0...0.5.
func upperQuantile(_ probability: Double) -> Double { bisect(upTo: 10) { upperTail($0) > probability } }

/// About the median of the largest of independent normal variables with mean 0: where as many of them are expected
/// above it as half of the time none is.
///
/// - Parameter deviations: Standard deviations; none may be negative.
func typicalMaximum(_ deviations: [Double]) -> Double {
  guard let largest = deviations.max(), largest > 0, largest.isFinite else { return deviations.max() ?? 0 }
  let expected = 0.6931471805599453
  return bisect(upTo: 10 * largest) { place in
    var count = 0.0
    for deviation in deviations where deviation > 0 {
      count += upperTail(place / deviation)
      if count > expected { return true }
    }
    return false
  }
}

/// The mean and the mean square of GELU(mean + deviation * z), z standard normal.
func geluMoments(mean: Double, deviation: Double) -> (mean: Double, meanSquare: Double) {
  // The trapezoidal rule converges faster than any power of its step for such functions.
  let step = 0.25
  var (weights, sum, squares) = (0.0, 0.0, 0.0)
  for index in -20...20 {
    let z = Double(index) * step
    let weight = exp(-z * z / 2)
    let x = mean + deviation * z
    let value = x * upperTail(-x)
    weights += weight
    sum += weight * value
    squares += weight * value * value
  }
  return (sum / weights, squares / weights)
}

/// The place in 0...limit until which a condition holds, to six digits.
private func bisect(upTo limit: Double, while holds: (Double) -> Bool) -> Double {
  var (low, high) = (0.0, limit)
  for _ in 0..<24 {
    let middle = (low + high) / 2
    if holds(middle) { low = middle } else { high = middle }
  }
  return (low + high) / 2
}
