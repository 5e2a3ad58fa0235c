package import LHQuantization

/// What was written into a subnet file.
public struct SubnetSummary: Sendable {
  /// The tensor table.
  public private(set) var entries: [TensorEntry] = []
  /// Size of the file.
  public internal(set) var byteCount = 0
  /// Size of the checkpoint that the subnet was cut out of.
  public let sourceByteCount: Int
  /// What was decided about int8; nil when there was nothing to decide.
  package let plan: QuantizationPlan?
  /// The largest |stored - original| of any weight; 0 when the file is lossless.
  public private(set) var largestError = 0.0
  /// The tensor that has it; nil when the file is lossless.
  public private(set) var worstTensor: String?
  /// What storing cost each tensor, in the table's order.
  private var errors: [WeightError] = []

  init(sourceByteCount: Int, plan: QuantizationPlan?) {
    self.sourceByteCount = sourceByteCount
    self.plan = plan
  }

  mutating func add(_ entry: TensorEntry, error: WeightError, sourceError: Double) {
    entries.append(entry)
    errors.append(error)
    if error.largest + sourceError > largestError {
      largestError = error.largest + sourceError
      worstTensor = entry.name
    }
  }

  /// How many tensors are stored in an element type.
  public func tensorCount(of elementType: StoredElementType) -> Int {
    entries.count { $0.elementType == elementType }
  }

  /// The error of all tensors of an element type that storing changed, together: its root mean square, relative to
  /// theirs.
  public func relativeError(of elementType: StoredElementType) -> Double {
    var sum = WeightError()
    for (entry, error) in zip(entries, errors) where entry.elementType == elementType { sum.add(error) }
    return sum.relative
  }

  /// The tensor with the largest relative error of those that are stored in an element type; nil when they are stored
  /// unchanged.
  public func worstTensor(of elementType: StoredElementType) -> (name: String, relativeError: Double)? {
    zip(entries, errors).filter { $0.0.elementType == elementType && $0.1.relative > 0 }
      .max { $0.1.relative < $1.1.relative }
      .map { ($0.0.name, $0.1.relative) }
  }

  /// How many tensors are stored compressed.
  public var compressedCount: Int { entries.count { $0.encoding == .zstd } }
}
