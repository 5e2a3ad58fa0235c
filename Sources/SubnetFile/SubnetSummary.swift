public import Tensors

/// What was written into a subnet file.
public struct SubnetSummary: Sendable {
  /// The tensor table.
  public private(set) var entries: [TensorEntry] = []
  /// Size of the file.
  public internal(set) var byteCount = 0
  /// The largest |stored - original| of any weight; 0 when the file is lossless.
  public private(set) var largestError = 0.0
  /// The tensor that has it; nil when the file is lossless.
  public private(set) var worstTensor: String?

  mutating func add(_ entry: TensorEntry, error: Double) {
    entries.append(entry)
    if error > largestError {
      largestError = error
      worstTensor = entry.name
    }
  }

  /// How many tensors are stored in an element type.
  public func tensorCount(of elementType: ElementType) -> Int {
    entries.count { $0.elementType == elementType }
  }

  /// How many tensors are stored compressed.
  public var compressedCount: Int { entries.count { $0.encoding == .zstd } }
}
