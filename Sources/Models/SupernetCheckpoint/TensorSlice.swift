public import LHSupernet
import LHTensorNames
public import LHTensors

/// The elements of one tensor of a subnet, wherever they are now; nothing is read before it is asked for.
public struct TensorSlice: Sendable {
  /// The tensor.
  public let tensor: SubnetTensor
  private let content: Content

  private enum Content: Sendable {
    /// Views of the supernet's tensor that follow each other along an axis.
    case parts([TensorView], axis: Int)
    case weightNorm(WeightNorm)
  }

  init(_ tensor: SubnetTensor, parts: [TensorView], axis: Int) {
    self.tensor = tensor
    content = .parts(parts, axis: axis)
  }

  init(_ tensor: SubnetTensor, _ weightNorm: WeightNorm) {
    self.tensor = tensor
    content = .weightNorm(weightNorm)
  }

  /// Number format of the supernet's tensor. The folded position convolution is computed, and is float32 whatever its
  /// factors are.
  public var elementType: ElementType {
    switch content {
    case .parts(let parts, _): parts.first?.elementType ?? .float32
    case .weightNorm: .float32
    }
  }

  /// Writes the elements as float32 in row-major order; `target` has room for exactly `tensor.count` of them.
  ///
  /// - Parameter allowingNonfinite: Whether elements may be NaN or infinite, which is a fault otherwise.
  /// - Returns: The largest rounding error of a float64 element; 0 for the other types. What is computed (the folded
  ///   position convolution) is rounded once, and counts as exact.
  @discardableResult
  public func write(
    to target: UnsafeMutableBufferPointer<Float>, allowingNonfinite: Bool = false
  ) throws(SubnetFault) -> Double {
    precondition(target.count == tensor.count, "a place for each element")
    guard let start = target.baseAddress else { return 0 }
    var error = 0.0
    switch content {
    case .weightNorm(let norm):
      // The whole kernel comes first and the cut second: the norm is taken over all channels of the supernet.
      if let tap = norm.write(to: target, shape: tensor.shape) {
        throw .zeroNorm(tensor: tensor.factors.direction, tap: tap)
      }
    case .parts(let parts, let axis):
      guard let strides = TensorView.rowMajorStrides(tensor.shape) else { return 0 }
      var place = 0
      for part in parts {
        error = max(error, part.copy(to: start + place * strides[axis], strides: strides))
        place += part.shape[axis]
      }
    }
    if !allowingNonfinite, let index = target.firstIndexNotFinite {
      throw .notFinite(tensor: tensor.name, index: index, value: "\(target[index])")
    }
    return error
  }
}

extension SubnetTensor {
  /// The supernet's tensors that this one is made from, with their full shapes, as the published code has them.
  public var sources: [(name: String, shape: [Int])] {
    guard isWeightNormed else { return [(source, sourceShape)] }
    return [(factors.length, [1, 1, sourceShape[2]]), (factors.direction, sourceShape)]
  }

  /// The same for a checkpoint of which some tensors are known to be there: `sources`, or the plain weight when that is
  /// there and neither part of its weight norm, which was removed then.
  func sources(where exists: (String) -> Bool) -> [(name: String, shape: [Int])] {
    guard isWeightNormed, exists(source), !sources.contains(where: { exists($0.name) }) else { return sources }
    return [(source, sourceShape)]
  }

  /// Cuts this tensor out of a supernet.
  ///
  /// - Parameter lookup: The supernet's tensor of that published name; nil when there is none. What it throws is passed
  ///   on.
  /// - Throws: `SubnetFault.tensorsDoNotFit` when a source is missing or has not the full shape.
  public func slice(from lookup: (String) throws -> TensorView?) throws -> TensorSlice {
    var views: [TensorView] = []
    for (name, shape) in sources {
      guard let view = try lookup(name) else {
        // Weight norm that was removed leaves the weight itself, of which nothing needs to be computed.
        if isWeightNormed, views.isEmpty, let whole = try lookup(source), whole.shape == sourceShape {
          return cut(whole)
        }
        throw SubnetFault.tensorsDoNotFit([.missing(tensor: name, shape: shape)])
      }
      guard view.shape == shape else {
        throw SubnetFault.tensorsDoNotFit([.wrongShape(tensor: name, found: view.shape, expected: shape)])
      }
      views.append(view)
    }
    if isWeightNormed { return TensorSlice(self, WeightNorm(lengths: views[0], directions: views[1])) }
    return cut(views[0])
  }

  /// At most one axis is kept in several ranges: there the parts follow each other.
  private func cut(_ whole: TensorView) -> TensorSlice {
    var view = whole
    var parted = 0
    var partedRanges = [0..<axes[0].count]
    for (axis, cut) in axes.enumerated() {
      let ranges = cut.ranges
      if ranges.count == 1 {
        view = view.narrowed(axis: axis, to: ranges[0])
      } else {
        parted = axis
        partedRanges = ranges
      }
    }
    return TensorSlice(self, parts: partedRanges.map { view.narrowed(axis: parted, to: $0) }, axis: parted)
  }
}
