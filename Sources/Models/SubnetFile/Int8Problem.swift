/// What is wrong with an int8 tensor.
public enum Int8Problem: Error, Hashable, CustomStringConvertible {
  /// There are as many outliers as input channels, or more.
  case outlierCount(found: Int, channels: Int)
  /// The outlier channels are not indices of input channels in rising order.
  case outliers
  /// A scale is negative, no number, or so large that a weight would be infinite.
  case scale(index: Int, bits: UInt32)
  /// A value is -128, which quantising never gives.
  case value(index: Int)
  /// The bytes between the values and the scales are not zero.
  case padding

  /// What, to follow the tensor's name.
  public var description: String {
    switch self {
    case .outlierCount(let found, let channels): "has \(found) outliers among \(channels) input channels"
    case .outliers: "has outliers that are not input channels in rising order"
    case .scale(let index, let bits):
      "has the scale \(Float(bitPattern: bits)) at index \(index), "
        + "expected a number from 0 to \(Int8Payload.largestScale)"
    case .value(let index): "has the value -128 at index \(index), expected -127 to 127"
    case .padding: "has bytes other than zero between its values and its scales"
    }
  }
}
