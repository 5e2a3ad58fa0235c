/// The pages of an Ogg file (RFC 3533), which are checked before libsndfile sees them.
///
/// libsndfile takes pages that are missing or damaged for a loss in transmission. Positions that do not fit then make it
/// give memory that was never written for samples of Opus (seen in 1.2.0, and unchanged in its sources after 1.2.2), and
/// read packets that are no longer there. In a file whose pages follow each other, each with the right checksum, and
/// whose positions never go back, neither can happen, and nothing is lost unnoticed.
struct OggPages {
  private let name: String
  /// Streams that have begun and not ended, by their serial numbers.
  private var streams: [UInt32: Stream] = [:]
  /// Whether a page has come that begins no stream. All streams begin before that, unless files were joined.
  private var areBegun = false

  private struct Stream {
    /// Of the page that comes next.
    var number: UInt32
    /// In samples at 48 kHz, where the codec is Opus.
    var position: Int64 = 0
    var isOpus = false
  }

  private static let mostStreams = 16
  /// So that no difference of positions overflows, nor three times one.
  private static let lastPosition: Int64 = 1 << 60

  /// Reads all pages.
  ///
  /// - Parameters:
  ///   - start: Offset of the first page.
  ///   - isWhole: Whether the file ends where the bytes end; otherwise the last page may lack its end.
  ///   - bytes: Gives the bytes from an offset on, as many as wanted or as there are.
  /// - Returns: Whether each stream that begins also ends, so that no page is missing behind the last one.
  static func check(
    name: String, from start: Int, isWhole: Bool,
    bytes: (_ offset: Int, _ count: Int) throws(AudioFault) -> [UInt8]
  ) throws(AudioFault) -> Bool {
    var pages = OggPages(name: name)
    var offset = start
    while true {
      let header = try bytes(offset, headerSize + 255)
      if header.isEmpty { return pages.streams.isEmpty }
      let size = header.starts(with: "OggS".utf8) ? pageSize(header) : header.count < 4 ? nil : 0
      guard size != 0 else { throw pages.fault(at: offset, "is no page") }
      let page = try size.map { size throws(AudioFault) in try bytes(offset, size) } ?? []
      guard let size, page.count == size else {
        if !isWhole { return false }
        throw pages.fault(at: offset, "ends before its end")
      }
      try pages.take(page, at: offset)
      offset += size
    }
  }

  private init(name: String) { self.name = name }

  private static let headerSize = 27

  /// Bytes of the page with that header; nil when the header is not whole.
  private static func pageSize(_ header: [UInt8]) -> Int? {
    guard header.count > headerSize - 1, header.count >= headerSize + Int(header[26]) else { return nil }
    let bodyStart = headerSize + Int(header[26])
    return header[headerSize..<bodyStart].reduce(bodyStart) { $0 + Int($1) }
  }

  /// The next page.
  private mutating func take(_ page: [UInt8], at offset: Int) throws(AudioFault) {
    guard page[4] == 0 else { throw fault(at: offset, "is of version \(page[4]), expected 0") }
    guard OggPages.checksum(page) == OggPages.integer(page, 22, UInt32.self) else {
      throw fault(at: offset, "does not have its checksum")
    }
    let flags = page[5]
    let (isFirst, isLast) = (flags & 2 != 0, flags & 4 != 0)
    let serial = OggPages.integer(page, 14, UInt32.self)
    let number = OggPages.integer(page, 18, UInt32.self)
    let lengths = page[OggPages.headerSize..<OggPages.headerSize + Int(page[26])]
    var stream: Stream
    if isFirst {
      guard streams[serial] == nil else { throw fault(at: offset, "begins a stream that has begun before") }
      guard !areBegun else {
        throw AudioFault.joinedFiles(name: name, offset: offset)
      }
      guard streams.count < OggPages.mostStreams else {
        throw fault(at: offset, "begins a stream beside \(OggPages.mostStreams) others")
      }
      stream = Stream(number: number)
      stream.isOpus = page[lengths.endIndex...].starts(with: "OpusHead".utf8)
    } else {
      areBegun = true
      guard let known = streams[serial] else { throw fault(at: offset, "belongs to a stream that did not begin") }
      stream = known
      guard number == stream.number else {
        throw fault(at: offset, "has number \(number), expected \(stream.number)")
      }
    }
    stream.number = number &+ 1
    // A page in which no packet ends has no position.
    if stream.isOpus && lengths.contains(where: { $0 < 255 }) {
      let position = OggPages.integer(page, 6, Int64.self)
      guard (stream.position...OggPages.lastPosition).contains(position) else {
        throw fault(at: offset, "ends at sample \(position), the page before it at \(stream.position)")
      }
      stream.position = position
    }
    streams[serial] = isLast ? nil : stream
  }

  private func fault(at offset: Int, _ problem: String) -> AudioFault {
    .damagedPage(name: name, offset: offset, problem: problem)
  }

  private static func integer<Integer: FixedWidthInteger>(
    _ page: [UInt8], _ offset: Int, _ type: Integer.Type
  ) -> Integer {
    page.withUnsafeBytes { Integer(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Integer.self)) }
  }

  /// The CRC-32 of a page with zeros in place of its checksum: the polynomial 0x04c11db7, the highest bit first.
  private static func checksum(_ page: [UInt8]) -> UInt32 {
    table.withUnsafeBufferPointer { table in
      var register: UInt32 = 0
      func take(_ byte: UInt8) { register = register << 8 ^ table[Int(UInt8(register >> 24) ^ byte)] }
      for byte in page[..<22] { take(byte) }
      for _ in 0..<4 { take(0) }
      for byte in page[26...] { take(byte) }
      return register
    }
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte) << 24) { value, _ in value >> 31 == 1 ? value << 1 ^ 0x04c1_1db7 : value << 1 }
  }
}
