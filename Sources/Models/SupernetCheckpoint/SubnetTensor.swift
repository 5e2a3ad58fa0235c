public import LHModel
public import LHSupernet
import LHTensorNames

/// One tensor of a subnet, and where it comes from in the supernet.
public struct SubnetTensor: Sendable, Hashable {
  /// What it is in the subnet.
  public let tensor: EncoderTensor
  /// Its name in a subnet's file.
  public let name: String
  /// The supernet's tensor that it is cut from. For a weight-normed tensor the name without `_g` and `_v`.
  let source: String
  /// What is kept along each axis.
  let axes: [AxisCut]
  /// Whether the supernet has the weight as `_g` (length of each tap) and `_v` (direction), unless its weight norm was
  /// removed: then it has the weight itself, under the name of `source`.
  let isWeightNormed: Bool

  /// What it is for.
  public var role: TensorRole { tensor.role }
  /// Its shape in a subnet.
  public var shape: [Int] { tensor.shape }
  /// Whether it may be stored and used in low precision.
  public var isQuantizable: Bool { tensor.isQuantizable }
  /// The number of elements.
  public var count: Int { tensor.count }
  /// The shape of the supernet's tensor.
  var sourceShape: [Int] { axes.map(\.full) }
  /// The names of a weight-normed tensor's factors.
  var factors: (length: String, direction: String) { FairseqNames.weightNorm(of: source) }
}

/// What a subnet keeps along one axis of a supernet tensor.
struct AxisCut: Sendable, Hashable {
  /// Length in the supernet.
  let full: Int
  /// Length in the subnet.
  let count: Int
  /// Units of a block of the supernet, of which the first `perBlock` are taken in turn.
  let blockSize: Int
  /// Units that are taken of a block.
  let perBlock: Int

  /// Everything.
  static func whole(_ length: Int) -> AxisCut { prefix(length, of: length) }

  /// The first `count` units.
  static func prefix(_ count: Int, of full: Int) -> AxisCut {
    AxisCut(full: full, count: count, blockSize: full, perBlock: count)
  }

  /// The first `perBlock` units of each block of `blockSize`, until there are `count`; all units when `count` is
  /// `full`.
  static func blocks(_ count: Int, of full: Int, blockSize: Int, perBlock: Int) -> AxisCut {
    count == full ? whole(full) : AxisCut(full: full, count: count, blockSize: blockSize, perBlock: perBlock)
  }

  /// The kept units in the supernet's order.
  var ranges: [Range<Int>] {
    guard perBlock > 0 else { return [] }
    var ranges: [Range<Int>] = []
    var left = count
    var start = 0
    while left > 0 {
      let taken = min(left, perBlock)
      ranges.append(start..<start + taken)
      left -= taken
      start += blockSize
    }
    return ranges
  }
}
