import LHConfiguration
import LHModel

extension EncoderShape {
  /// The first size that is beyond the limits; nil when all are believed. Those of a configuration were held to them
  /// when they were read, those that tensors tell were not.
  var sizeBeyondLimits: Violation? {
    var sizes: [(what: String, size: Int, range: ClosedRange<Int>)] = [("the width", width, Limits.width)]
    for (index, one) in convolutions.enumerated() {
      sizes.append(("the channels of convolution \(index)", one.channels, Limits.width))
      sizes.append(("the kernel of convolution \(index)", one.kernel, Limits.kernel))
    }
    if let position {
      sizes.append(("the groups of the position convolution", position.groups, Limits.width))
      for layer in position.layers { sizes.append(("the position convolution's kernel", layer.kernel, Limits.kernel)) }
    }
    if case .gatedRelative(let bias) = attentionBias {
      sizes.append(("the heads of the attention bias", bias.heads, Limits.heads))
      sizes.append(("the buckets of the attention bias", bias.buckets, Limits.width))
    }
    for (index, layer) in layers.enumerated() {
      if let width = layer.feedForwardWidth { sizes.append(("the FFN of layer \(index)", width, Limits.width)) }
      if let width = layer.adapterWidth { sizes.append(("the adapter of layer \(index)", width, Limits.width)) }
    }
    guard let (what, size, range) = sizes.first(where: { !$0.range.contains($0.size) }) else { return nil }
    return Violation(
      field: what, value: "\(size), by the tensors,", allowed: "\(range.lowerBound)...\(range.upperBound)")
  }
}
