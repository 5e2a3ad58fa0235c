import LHONNX
import Testing

/// Bytes that the documentation of protocol buffers has, and others by hand.
@Suite struct ProtobufTests {
  private func bytes(_ write: (inout ProtobufWriter) -> Void) -> [UInt8] {
    var writer = ProtobufWriter()
    write(&writer)
    return writer.bytes
  }

  @Test func `Whole numbers`() {
    #expect(bytes { $0.integer(1, 150) } == [0x08, 0x96, 0x01])
    #expect(bytes { $0.integer(1, 0) } == [0x08, 0x00])
    #expect(bytes { $0.integer(20, 1) } == [0xa0, 0x01, 0x01])
    #expect(bytes { $0.integer(2, -1) } == [0x10] + [UInt8](repeating: 0xff, count: 9) + [0x01])
    #expect(bytes { $0.integer(1, Int.max) } == [0x08] + [UInt8](repeating: 0xff, count: 8) + [0x7f])
  }

  @Test func `Numbers, texts and messages`() {
    #expect(bytes { $0.float(2, 1) } == [0x15, 0x00, 0x00, 0x80, 0x3f])
    #expect(bytes { $0.text(2, "testing") } == [0x12, 0x07] + Array("testing".utf8))
    #expect(bytes { $0.message(3) { $0.integer(1, 150) } } == [0x1a, 0x03, 0x08, 0x96, 0x01])
    #expect(bytes { $0.data(9, []) } == [0x4a, 0x00])
  }

  @Test func `What stands before a message of a length`() {
    #expect(ProtobufWriter.header(5, length: 300) == [0x2a, 0xac, 0x02])
    #expect(ProtobufWriter.header(5, length: 0) == [0x2a, 0x00])
  }
}
