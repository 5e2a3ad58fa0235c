import LHCOgg

/// A page of an Ogg file (RFC 3533) and where it stands.
struct OggPage {
  let page: ogg_page
  let offset: Int

  /// Bytes of a header without its table of lengths.
  static let headerSize = 27

  private func test(_ query: (UnsafePointer<ogg_page>) -> Int32) -> Bool { withUnsafePointer(to: page, query) != 0 }

  var version: Int { Int(withUnsafePointer(to: page, ogg_page_version)) }
  /// Whether it begins a stream, as it says.
  var isFirst: Bool { test(ogg_page_bos) }
  /// Whether it ends one.
  var isLast: Bool { test(ogg_page_eos) }
  var serial: Int32 { withUnsafePointer(to: page, ogg_page_serialno) }
  var number: Int { withUnsafePointer(to: page, ogg_page_pageno) }
  /// The content.
  var body: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: page.body, count: page.body_len) }
}

/// A packet of a stream in Ogg.
struct OggPacket {
  let bytes: [UInt8]
  /// What its page says of the end of the last packet in it; -1 for the packets before that one.
  let position: Int64
  let endsStream: Bool
  /// Counted from the stream's first one; libvorbis loses its place where a number is missing.
  let number: Int64

  /// The same with another position.
  func shifted(by count: Int64) -> OggPacket {
    OggPacket(bytes: bytes, position: position + count, endsStream: endsStream, number: number)
  }

  /// Calls `body` with the packet as libogg has it.
  func withPacket<Result>(_ body: (UnsafeMutablePointer<ogg_packet>) -> Result) -> Result {
    var bytes = bytes
    return bytes.withUnsafeMutableBufferPointer { buffer in
      var packet = ogg_packet(
        packet: buffer.baseAddress, bytes: buffer.count, b_o_s: 0, e_o_s: endsStream ? 1 : 0, granulepos: position,
        packetno: number)
      return body(&packet)
    }
  }
}
