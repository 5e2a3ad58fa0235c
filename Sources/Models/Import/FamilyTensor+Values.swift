import LHFamilies
import LHModel
import LHTensors

extension FamilyTensor {
  /// Writes the elements as float32 in row-major order; `target` has room for exactly those.
  ///
  /// - Parameters:
  ///   - allowingNonfinite: Whether elements may be NaN or infinite, which is a fault otherwise.
  ///   - lookup: A tensor of the files, which has all that the reading found there.
  /// - Returns: The largest rounding error of a float64 element; what is computed is rounded once, and counts as exact.
  func write(
    to target: UnsafeMutableBufferPointer<Float>, allowingNonfinite: Bool,
    from lookup: (String) throws -> TensorView
  ) throws -> Double {
    precondition(target.count == tensor.count, "a place for each element")
    guard let start = target.baseAddress else { return 0 }
    var error = 0.0
    switch source {
    case .whole(let name):
      error = try lookup(name).copyRowMajor(to: start)
    case .rows(let name, let rows):
      error = try lookup(name).narrowed(axis: 0, to: rows).copyRowMajor(to: start)
    case .weightNorm(let length, let direction):
      let norm = WeightNorm(lengths: try lookup(length), directions: try lookup(direction))
      if let tap = norm.write(to: target, shape: tensor.shape) {
        throw FamilyFault.zeroNorm(tensor: direction, tap: tap)
      }
    case .batchNormGain(let names):
      let norm = BatchNorm(gain: try lookup(names.gain).doubles, variance: try lookup(names.variance).doubles)
      for (index, gain) in norm.gains.enumerated() { target[index] = Float(gain) }
    case .batchNormBias(let names):
      let norm = BatchNorm(gain: try lookup(names.gain).doubles, variance: try lookup(names.variance).doubles)
      let (bias, mean) = (try lookup(names.bias).doubles, try lookup(names.mean).doubles)
      for (index, gain) in norm.gains.enumerated() { target[index] = Float(bias[index] - mean[index] * gain) }
    }
    if !allowingNonfinite, let index = target.firstIndexNotFinite {
      throw FamilyFault.notFinite(tensor: name, index: index, value: "\(target[index])")
    }
    return error
  }

  /// What messages call it: the first tensor that it is made from.
  private var name: String { sources.first?.name ?? "" }
}

/// A batch norm at inference, as what every element is multiplied by.
private struct BatchNorm {
  let gains: [Double]

  init(gain: [Double], variance: [Double]) {
    gains = zip(gain, variance).map { $0 / ($1 + BatchNormNames.epsilon).squareRoot() }
  }
}

extension TensorView {
  /// Copies all elements in row-major order, and returns the largest rounding error.
  fileprivate func copyRowMajor(to target: UnsafeMutablePointer<Float>) -> Double {
    guard let strides = TensorView.rowMajorStrides(shape) else { return 0 }
    return copy(to: target, strides: strides)
  }

  /// All elements in float64, in row-major order.
  fileprivate var doubles: [Double] {
    [Double](unsafeUninitializedCapacity: count) { target, initialized in
      guard let start = target.baseAddress else { return }
      copy(to: start)
      initialized = count
    }
  }
}
