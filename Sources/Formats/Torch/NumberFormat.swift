internal import LHTensors

/// The format of a tensor's elements, as checkpoints name it.
struct NumberFormat: Equatable {
  /// PyTorch's name, for example "int64".
  let name: String
  /// Bytes of one element; nil for the formats of later PyTorch versions that are not known here.
  let byteCount: Int?

  /// The same among the formats that weights come in; nil for integers, truth values and the rest.
  var elementType: ElementType? { ElementType(rawValue: name) }

  /// Raw bytes: the storage of a tensor that names its format itself.
  static let untyped = NumberFormat(name: "untyped", byteCount: 1)

  /// The format of a storage class, for example "torch.FloatStorage".
  init?(storageClass: String) {
    for module in ["torch.cuda.", "torch.storage.", "torch."] where storageClass.hasPrefix(module) {
      let name = String(storageClass.dropFirst(module.count))
      if name == "UntypedStorage" || name == "_UntypedStorage" {
        self = .untyped
        return
      }
      guard name.hasSuffix("Storage"), let format = NumberFormat.storageClasses[String(name.dropLast(7))] else {
        continue
      }
      self.init(dtype: format)
      return
    }
    return nil
  }

  /// The format of a dtype, for example "float32" for `torch.float32`.
  init(dtype name: String) {
    self.name = name
    byteCount = NumberFormat.byteCounts[name]
  }

  /// Whether a dtype is one of those that are known here.
  static func isKnown(dtype name: String) -> Bool { byteCounts[name] != nil }

  private init(name: String, byteCount: Int) {
    self.name = name
    self.byteCount = byteCount
  }

  private static let storageClasses = [
    "Float": "float32", "Half": "float16", "BFloat16": "bfloat16", "Double": "float64", "Long": "int64", "Int": "int32",
    "Short": "int16", "Char": "int8", "Byte": "uint8", "Bool": "bool", "ComplexFloat": "complex64",
    "ComplexDouble": "complex128", "QInt8": "qint8", "QUInt8": "quint8", "QInt32": "qint32", "QUInt4x2": "quint4x2",
    "QUInt2x4": "quint2x4",
  ]

  private static let byteCounts = [
    "float32": 4, "float16": 2, "bfloat16": 2, "float64": 8, "int64": 8, "int32": 4, "int16": 2, "int8": 1, "uint8": 1,
    "bool": 1, "complex64": 8, "complex128": 16, "complex32": 4, "qint8": 1, "quint8": 1, "qint32": 4, "quint4x2": 1,
    "quint2x4": 1, "uint16": 2, "uint32": 4, "uint64": 8, "float8_e4m3fn": 1, "float8_e5m2": 1, "float8_e4m3fnuz": 1,
    "float8_e5m2fnuz": 1,
  ]
}
