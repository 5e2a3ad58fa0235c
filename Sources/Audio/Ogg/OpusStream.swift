import LHCOpus

/// One stream of Opus in Ogg (RFC 7845): libopus, at 48 kHz whatever rate the sound had before.
///
/// libopusfile, which does the same, refuses streams whose first position is too small for what was decoded by then, as
/// programs write that cut or record, and needs to seek. What it does besides, taking off what stands before the sound
/// and behind it, is a few lines once pages come from `OggDemuxer`.
final class OpusStream: OggStream {
  let codecName = "Opus"
  let sampleRate = 48_000
  private(set) var interruption: String?
  private(set) var isEndUnknown = false
  /// Frames that positions count and no packet holds.
  private(set) var gapCount = 0

  private let head: OpusHead
  private let demuxer: OggDemuxer
  private let name: String
  /// Made when there is a packet for it: a chain may have thousands of streams without one.
  private var decoder: OpaquePointer?
  /// Frames that are still to be left out at the beginning.
  private var skipCount: Int
  /// The packets of a page, of which some are decoded.
  private var page: [OggPacket] = []
  private var index = 0
  /// Frames of the page that are still to be given.
  private var remaining = 0
  /// The page behind that one: only the last one's position cuts.
  private var following: [OggPacket]?
  /// Where the page before ends; nil when that is not known.
  private var position: Int64?
  private var isBegun = false
  private var isOnlyPage = true
  private var block: [Float] = []

  /// The longest packet, 120 ms.
  private static let mostFrames = 5760
  private static let lastPosition: Int64 = 1 << 60

  init(_ demuxer: OggDemuxer, name: String) throws(AudioFault) {
    let first = try demuxer.nextPackets()?.first
    head = try OpusHead(first?.bytes ?? [], name: name)
    let tags = try demuxer.nextPackets() ?? []
    guard tags.first?.bytes.starts(with: "OpusTags".utf8) == true else {
      throw .damaged(
        name: name, format: "Ogg Opus", problem: demuxer.interruption ?? "its comments do not follow its header")
    }
    demuxer.beginSound()
    self.name = name
    self.demuxer = demuxer
    skipCount = head.preSkip
  }

  deinit { if let decoder { opus_multistream_decoder_destroy(decoder) } }

  var channelCount: Int { head.channelCount }

  func nextBlock() throws(AudioFault) -> ArraySlice<Float>? {
    while interruption == nil {
      if index == page.count, try !nextPage() { return nil }
      let decoder = try openDecoder()
      let packet = page[index].bytes
      index += 1
      let count = Int(
        opus_multistream_decode_float(
          decoder, packet, Int32(clamping: packet.count), &block, Int32(OpusStream.mostFrames), 0))
      guard count > 0, !packet.isEmpty else {
        interruption = "a packet of Opus is none"
        return nil
      }
      let skipped = min(skipCount, count)
      skipCount -= skipped
      let end = min(count, remaining)
      remaining -= end
      guard skipped < end else { continue }
      if head.gain != 1 { for place in 0..<end * channelCount { block[place] *= head.gain } }
      return block[skipped * channelCount..<end * channelCount]
    }
    return nil
  }

  private func openDecoder() throws(AudioFault) -> OpaquePointer {
    if let decoder { return decoder }
    var failure: Int32 = 0
    decoder = opus_multistream_decoder_create(
      Int32(sampleRate), Int32(head.channelCount), Int32(head.streamCount), Int32(head.coupledCount), head.mapping,
      &failure)
    guard let decoder else { throw .decoderUnavailable(name: name, library: "libopus") }
    block = [Float](repeating: 0, count: OpusStream.mostFrames * head.channelCount)
    return decoder
  }

  /// Goes on to the next page with packets, and finds out how many frames of it are sound.
  private func nextPage() throws(AudioFault) -> Bool {
    if !isBegun {
      isBegun = true
      following = try demuxer.nextPackets()
    }
    guard let next = following else { return false }
    following = try demuxer.nextPackets()
    page = next
    index = 0
    remaining = 0
    for packet in page {
      let count = Int(opus_packet_get_nb_samples(packet.bytes, Int32(clamping: packet.bytes.count), Int32(sampleRate)))
      // Decoding says what is wrong with it.
      remaining += max(0, min(count, OpusStream.mostFrames))
    }
    let stated = page.last.map(\.position).flatMap { (0...OpusStream.lastPosition).contains($0) ? $0 : nil }
    let isLast = following == nil && demuxer.interruption == nil
    // A page that is the only one begins at 0 when it says that it is the last.
    if isLast, demuxer.hasEnd, let stated, let start = position ?? (isOnlyPage ? 0 : nil) {
      let surplus = remaining - Int(stated - start)
      // No encoder adds more than it has to fill a packet with, and a few for its delay.
      if surplus > 2 * OpusStream.mostFrames { isEndUnknown = true } else { remaining -= max(0, surplus) }
    }
    if let stated, let position {
      gapCount = min(gapCount + max(0, Int(stated - position) - remaining), Int(OpusStream.lastPosition))
    }
    isOnlyPage = false
    position = stated ?? position.map { $0 + Int64(remaining) }
    return true
  }
}
