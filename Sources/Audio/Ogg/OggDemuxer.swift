import LHCOgg

/// The packets of one stream of sound after the other: streams that begin together are one link of a chain, of which
/// the first that can be decoded is taken, and links follow each other where files were joined.
final class OggDemuxer {
  /// Streams of sound beside the one that is taken.
  private(set) var otherCount = 0
  /// Whether the link that was read last ends with a page that says so.
  private(set) var hasEnd = false
  /// Where sound began behind the headers although pages between them are missing, as in a recording of a broadcast.
  private(set) var isJoined = false

  private let name: String
  private let reader: OggPageReader
  private let stream: UnsafeMutablePointer<ogg_stream_state>
  private var pending: OggPage?
  private var serials: Set<Int32> = []
  private var selected: Int32 = 0
  /// Of the page that comes next.
  private var number = 0
  private var mayJump = false

  /// Bytes of pages in which no packet ended.
  private var pendingCount = 0

  private static let mostStreams = 16
  /// Headers may hold pictures.
  private static let mostPacketBytes = 1 << 24

  init(_ sound: SoundBytes, start: Int) {
    name = sound.name
    reader = OggPageReader(sound, start: start)
    stream = .allocate(capacity: 1)
    ogg_stream_init(stream, 0)
  }

  deinit {
    ogg_stream_clear(stream)
    stream.deallocate()
  }

  /// Why reading ended before the end of the file; nil when it did not.
  var interruption: String? { reader.interruption }
  /// Bytes between pages and behind the last one.
  var skippedCount: Int { reader.skippedCount }

  // MARK: Links

  /// Goes on to the next link, and says what of it is decoded; nil at the end.
  func nextLink() throws(AudioFault) -> OggCodec? {
    guard let first = try nextPage() else { return nil }
    serials = []
    hasEnd = false
    guard first.isFirst else { return interrupt(first, "belongs to a stream that did not begin") }
    var next: OggPage? = first
    var codec: OggCodec?
    var foreign: String?
    var soundCount = 0
    while let page = next, page.isFirst, codec == nil || !continues(page) {
      guard serials.insert(page.serial).inserted else {
        return interrupt(page, "begins a stream that has begun before")
      }
      guard serials.count <= OggDemuxer.mostStreams else {
        return interrupt(page, "begins a stream beside \(OggDemuxer.mostStreams) others")
      }
      let found = OggCodec(page.body)
      if case .foreign(let kind) = found { foreign = foreign ?? kind }
      if found != .silent { soundCount += 1 }
      if found.isDecoded, codec == nil {
        codec = found
        select(page)
      }
      next = try reader.next()
    }
    pending = next
    otherCount += max(0, soundCount - 1)
    if let codec { return codec }
    if let foreign {
      throw .foreignFormat(
        name: name, format: "Ogg with \(foreign)", remedy: foreign == "Speex" ? .ffmpeg : .maybeFFmpeg)
    }
    throw .foreignFormat(name: name, format: "Ogg without sound, such as a video", remedy: .advice("name a sound file"))
  }

  /// Some programs mark the second page of a stream as a first one too.
  private func continues(_ page: OggPage) -> Bool { page.serial == selected && page.number == number }

  /// That the headers of the link are read: what is recorded of a broadcast begins with them, and goes on anywhere.
  func beginSound() { mayJump = true }

  private func select(_ page: OggPage) {
    selected = page.serial
    ogg_stream_reset_serialno(stream, page.serial)
    number = page.number + 1
    hasEnd = page.isLast
    take(page)
  }

  private func interrupt(_ page: OggPage, _ problem: String) -> OggCodec? {
    reader.interrupt(page.offset, problem)
    return nil
  }

  // MARK: Packets

  /// The packets that end in the next page in which any end; nil at the end of the link.
  func nextPackets() throws(AudioFault) -> [OggPacket]? {
    while true {
      let packets = packets()
      if !packets.isEmpty {
        pendingCount = 0
        return packets
      }
      guard let page = try nextPage() else { return nil }
      if page.isFirst, !continues(page) {
        pending = page
        return nil
      }
      guard serials.contains(page.serial) else {
        reader.interrupt(page.offset, "belongs to a stream that did not begin")
        return nil
      }
      guard page.serial == selected else { continue }
      if page.number != number {
        guard mayJump else {
          reader.interrupt(page.offset, "has number \(page.number), expected \(number)")
          return nil
        }
        isJoined = true
      }
      mayJump = false
      number = page.number + 1
      hasEnd = hasEnd || page.isLast
      pendingCount += page.body.count
      guard pendingCount <= OggDemuxer.mostPacketBytes else {
        reader.interrupt(page.offset, "goes on with a packet of more than \(OggDemuxer.mostPacketBytes) bytes")
        return nil
      }
      take(page)
    }
  }

  /// The page that was read too early, or the next.
  private func nextPage() throws(AudioFault) -> OggPage? {
    guard let page = pending else { return try reader.next() }
    pending = nil
    return page
  }

  private func take(_ page: OggPage) {
    var page = page.page
    ogg_stream_pagein(stream, &page)
  }

  private func packets() -> [OggPacket] {
    var packets: [OggPacket] = []
    while true {
      var packet = ogg_packet()
      let status = ogg_stream_packetout(stream, &packet)
      // Pages between are missing, which was seen before.
      if status < 0 { continue }
      guard status > 0 else { return packets }
      packets.append(
        OggPacket(
          bytes: Array(UnsafeBufferPointer(start: packet.packet, count: packet.bytes)), position: packet.granulepos,
          endsStream: packet.e_o_s != 0, number: packet.packetno))
    }
  }
}
