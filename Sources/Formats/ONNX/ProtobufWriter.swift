/// Bytes in the wire format of protocol buffers: fields, each with its number and its value. What a field means stands
/// in a schema, which whoever writes it goes by.
package struct ProtobufWriter {
  package private(set) var bytes: [UInt8] = []

  /// No bytes yet.
  package init() {}

  /// How a value is laid out, as the tag of a field says it.
  private enum Wire: Int {
    case varint = 0
    case lengthDelimited = 2
    case fixed32 = 5
  }

  /// A whole number (`int32`, `int64`, an enum); a negative one takes ten bytes.
  package mutating func integer(_ field: Int, _ value: Int) {
    tag(field, .varint)
    varint(UInt64(bitPattern: Int64(value)))
  }

  /// A number (`float`).
  package mutating func float(_ field: Int, _ value: Float) {
    tag(field, .fixed32)
    for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift)) }
  }

  /// A text in UTF-8 (`string`).
  package mutating func text(_ field: Int, _ value: String) { data(field, Array(value.utf8)) }

  /// Bytes (`bytes`).
  package mutating func data(_ field: Int, _ value: [UInt8]) {
    header(field, length: value.count)
    bytes += value
  }

  /// A message.
  package mutating func message(_ field: Int, _ write: (inout ProtobufWriter) -> Void) {
    var inner = ProtobufWriter()
    write(&inner)
    data(field, inner.bytes)
  }

  /// What stands before a message, text or bytes of a length; those must follow.
  package mutating func header(_ field: Int, length: Int) {
    tag(field, .lengthDelimited)
    varint(UInt64(length))
  }

  /// Seven bits a byte, low ones first; the highest bit says that more follow.
  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func tag(_ field: Int, _ wire: Wire) { varint(UInt64(field << 3 | wire.rawValue)) }

  /// What `header` writes.
  package static func header(_ field: Int, length: Int) -> [UInt8] {
    var writer = ProtobufWriter()
    writer.header(field, length: length)
    return writer.bytes
  }
}
