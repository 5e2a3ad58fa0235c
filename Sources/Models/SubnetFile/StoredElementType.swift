public import LHTensors

/// The number formats of a subnet file's tensors; raw values are the codes of the table.
public enum StoredElementType: UInt8, Sendable, Hashable, CaseIterable {
  /// IEEE 754 binary32.
  case float32 = 1
  /// IEEE 754 binary16.
  case float16 = 2
  /// The upper half of a float32.
  case bfloat16 = 3
  /// Symmetric int8, with a scale for each output channel, tap and group of input channels.
  case int8 = 4

  /// For example "float32".
  public var name: String {
    switch self {
    case .float32: "float32"
    case .float16: "float16"
    case .bfloat16: "bfloat16"
    case .int8: "int8"
    }
  }

  /// The number format in which `SubnetReader` hands elements out: that of the file, but for int8 float32.
  public var decoded: ElementType {
    switch self {
    case .float32, .int8: .float32
    case .float16: .float16
    case .bfloat16: .bfloat16
    }
  }

  /// Bytes of a payload that is not compressed, of a tensor with at most 2^28 elements.
  func payloadSize(shape: [Int], outlierCount: Int) -> Int {
    self == .int8
      ? Int8Sections(shape: shape, outlierCount: outlierCount).byteCount : shape.reduce(decoded.byteCount, *)
  }

  /// The first version of the format that has it.
  var firstVersion: UInt32 {
    switch self {
    case .float32, .float16: 1
    case .bfloat16, .int8: 2
    }
  }
}
