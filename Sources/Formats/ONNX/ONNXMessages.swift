// The messages of onnx.proto that are written, with the numbers of their fields.

extension ONNXNode {
  /// NodeProto.
  func write(to message: inout ProtobufWriter) {
    for input in inputs { message.text(1, input) }
    for output in outputs { message.text(2, output) }
    message.text(3, name)
    message.text(4, type)
    for attribute in attributes { message.message(5, attribute.write) }
  }
}

extension ONNXAttribute {
  /// AttributeProto: its value in a field of its kind, and the number of that kind.
  func write(to message: inout ProtobufWriter) {
    message.text(1, name)
    switch value {
    case .float(let value):
      message.float(2, value)
      message.integer(20, 1)
    case .integer(let value):
      message.integer(3, value)
      message.integer(20, 2)
    case .integers(let values):
      for value in values { message.integer(8, value) }
      message.integer(20, 7)
    }
  }
}

extension ONNXTensor {
  /// TensorProto's field of the elements.
  static let rawData = 9

  /// TensorProto without its elements.
  func writeHead(to message: inout ProtobufWriter) {
    for length in shape { message.integer(1, length) }
    if case .integers = content { message.integer(2, 7) } else { message.integer(2, 1) }
    message.text(8, name)
  }

  /// What TensorProto has for elements that lie in a file beside the model's.
  static func writePlace(_ range: Range<Int>, in location: String, to message: inout ProtobufWriter) {
    for (key, value) in [("location", location), ("offset", "\(range.lowerBound)"), ("length", "\(range.count)")] {
      message.message(13) {
        $0.text(1, key)
        $0.text(2, value)
      }
    }
    message.integer(14, 1)
  }

  /// Bytes of the elements.
  var byteCount: Int { if case .integers = content { 8 * count } else { 4 * count } }

  /// The elements, when they are few.
  var constantBytes: [UInt8]? {
    switch content {
    case .floats(let values): values.flatMap { value in littleEndian(UInt64(value.bitPattern), 4) }
    case .integers(let values): values.flatMap { value in littleEndian(UInt64(bitPattern: Int64(value)), 8) }
    case .weights: nil
    }
  }
}

extension ONNXValue {
  /// ValueInfoProto, with TypeProto of a float32 tensor.
  func write(to message: inout ProtobufWriter) {
    message.text(1, name)
    message.message(2) { type in
      type.message(1) { tensor in
        tensor.integer(1, 1)
        tensor.message(2) { axes in
          for axis in shape {
            axes.message(1) {
              switch axis {
              case .fixed(let length): $0.integer(1, length)
              case .named(let name): $0.text(2, name)
              }
            }
          }
        }
      }
    }
  }
}

private func littleEndian(_ value: UInt64, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}
