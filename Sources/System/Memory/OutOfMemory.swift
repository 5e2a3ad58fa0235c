/// Memory that cannot be had.
public struct OutOfMemory: Fault, Equatable {
  /// Bytes that were asked for.
  public let byteCount: Int
  /// What they are for, as in "the weights".
  public let purpose: String
  /// The most that this process may have; nil when the system refused, for a limit or for want of memory.
  public let limit: Int?

  /// So many bytes that the system refused.
  public init(byteCount: Int, for purpose: String) {
    self.init(byteCount: byteCount, for: purpose, limit: nil)
  }

  init(byteCount: Int, for purpose: String, limit: Int?) {
    self.byteCount = byteCount
    self.purpose = purpose
    self.limit = limit
  }

  /// Always out of memory.
  public var kind: FaultKind { .outOfMemory }

  /// One line.
  public var description: String {
    guard let limit else { return "out of memory: the system refused \(byteCount) bytes for \(purpose)" }
    return "out of memory: \(purpose) would need \(byteCount) bytes, of which there are \(limit) at most"
  }
}
