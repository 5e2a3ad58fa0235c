/// Which layers of a supernet a shallower subnet keeps.
///
/// The published code knows depths 6 to 12 of a supernet of 12 layers. Any other supernet is taken whole.
public enum KeptLayers {
  /// The supernet's layers that a subnet of `layerCount` layers keeps, in order; nil when there is no such subnet.
  public static func indices(_ layerCount: Int, of supernetLayers: Int) -> [Int]? {
    if layerCount == supernetLayers && layerCount > 0 { return Array(0..<layerCount) }
    guard supernetLayers == 12, let dropped = dropped[layerCount] else { return nil }
    return (0..<supernetLayers).filter { !dropped.contains($0) }
  }

  /// The depths that a subnet of a supernet of `supernetLayers` layers can have, in rising order.
  public static func layerCounts(of supernetLayers: Int) -> [Int] {
    supernetLayers == 12 ? dropped.keys.sorted() + [12] : [supernetLayers]
  }

  private static let dropped: [Int: Set<Int>] = [
    6: [2, 3, 6, 7, 10, 11],
    7: [3, 6, 7, 10, 11],
    8: [3, 7, 10, 11],
    9: [3, 7, 11],
    10: [7, 11],
    11: [11],
  ]
}
