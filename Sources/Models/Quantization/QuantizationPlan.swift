public import LHModel

/// Which products of a subnet are computed in int8, and with which outlier channels.
///
/// It depends on statistics and weights only: the same ones give the same plan everywhere.
public struct QuantizationPlan: Sendable {
  /// What is done with one layer.
  public struct Decision: Sendable, Hashable {
    /// The layer.
    public let layer: QuantizableLayer
    /// Input channels with scales of their own, rising.
    public let outliers: [Int]
    /// The layer's relative error in int8, as `relativeError` of its worst tensor; nil when the weights were not looked
    /// at.
    public let estimatedError: Double?
    /// Whether it is computed in int8; else in bfloat16.
    public let isInt8: Bool

    /// A decision.
    package init(layer: QuantizableLayer, outliers: [Int], estimatedError: Double?, isInt8: Bool) {
      self.layer = layer
      self.outliers = outliers
      self.estimatedError = estimatedError
      self.isInt8 = isInt8
    }
  }

  /// The error above which a layer stays in bfloat16, unless another one is asked for.
  ///
  /// Layers make 0.007 to 0.013 as a rule, and 50 of them 0.03 together. One that makes 0.03 alone costs the whole a
  /// decibel, as much as 14 of the others.
  public static let defaultMaxError = 0.03

  /// The decisions in the order of the forward pass.
  public let decisions: [Decision]
  private let indices: [TensorRole: Int]

  /// A plan without a look at the weights: everything is computed in int8.
  public init(statistics: ActivationStatistics) {
    self.init(
      statistics.layers.map { layer, channels in
        Decision(layer: layer, outliers: channels.outliers, estimatedError: nil, isInt8: true)
      })
  }

  /// A plan in which layers with too large an error stay in bfloat16.
  ///
  /// - Parameters:
  ///   - maxError: The largest estimated error of a layer in int8.
  ///   - errors: Gives what quantising with these outliers does to a tensor.
  public init<Failure>(
    statistics: ActivationStatistics, maxError: Double = defaultMaxError,
    errors: (_ tensor: TensorRole, _ outliers: [Int]) throws(Failure) -> ChannelErrors
  ) throws(Failure) {
    var decisions: [Decision] = []
    for (layer, channels) in statistics.layers {
      let outliers = channels.outliers
      var error = 0.0
      for tensor in layer.tensors {
        error = max(error, try errors(tensor, outliers).relativeError(of: channels, outliers: outliers))
      }
      decisions.append(
        Decision(layer: layer, outliers: outliers, estimatedError: error, isInt8: error <= maxError))
    }
    self.init(decisions)
  }

  /// A plan of decisions that were made elsewhere, one for each layer.
  package init(_ decisions: [Decision]) {
    self.decisions = decisions
    var indices: [TensorRole: Int] = [:]
    for (index, decision) in decisions.enumerated() {
      for tensor in decision.layer.tensors { indices[tensor] = index }
    }
    self.indices = indices
  }

  /// What is done with a tensor; nil when it is never quantised.
  public subscript(tensor role: TensorRole) -> Decision? { indices[role].map { decisions[$0] } }
}
