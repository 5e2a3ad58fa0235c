import Glibc

/// WavLM's bias of attention: a table by distance and head, which all layers share, times a gate of each layer, frame
/// and head. Only the distance key - query counts: buckets of their own for short ones, common ones for longer ones,
/// the longer the wider, the last for all beyond.
public struct GatedRelativeBias: Sendable, Hashable {
  /// Rows of the table: half of them for keys after the query, half for keys at and before it.
  public var buckets: Int
  /// The distance in frames from which on all are in the last bucket.
  public var maxDistance: Int
  /// Columns of the table: heads that the layers had before any were pruned.
  public var heads: Int

  /// Outputs of a gate's linear layer: four that make up one number of the gate, and four for the other.
  public static let gateWidth = 8

  /// A bias.
  public init(buckets: Int, maxDistance: Int, heads: Int) {
    self.buckets = buckets
    self.maxDistance = maxDistance
    self.heads = heads
  }
}

extension GatedRelativeBias {
  /// The row of the table for a distance key - query in frames.
  ///
  /// The published code takes the logarithm in float32, which gives the same rows up to 3000 frames, far beyond where
  /// all are in the last one.
  public func bucket(of distance: Int) -> Int {
    let half = buckets / 2
    let exact = half / 2
    let length = abs(distance)
    var bucket = length
    if length >= exact {
      let share = log(Double(length) / Double(exact)) / log(Double(maxDistance) / Double(exact))
      bucket = min(half - 1, exact + Int((share * Double(half - exact)).rounded(.down)))
    }
    return (distance > 0 ? half : 0) + bucket
  }
}
