import LHCOgg
import LHCVorbis

/// One stream of Vorbis in Ogg: libvorbis, which takes off by positions what stands before the sound and behind it.
final class VorbisStream: OggStream {
  let codecName = "Vorbis"
  private(set) var interruption: String?

  private let demuxer: OggDemuxer
  private let state: State
  private var packets: ArraySlice<OggPacket>
  private var block: [Float] = []
  /// What is added to positions; nil as long as none is known.
  private var shift: Int64?

  /// What libvorbis keeps, at addresses that stay.
  private final class State {
    let info = UnsafeMutablePointer<vorbis_info>.allocate(capacity: 1)
    let comment = UnsafeMutablePointer<vorbis_comment>.allocate(capacity: 1)
    let synthesis = UnsafeMutablePointer<vorbis_dsp_state>.allocate(capacity: 1)
    let block = UnsafeMutablePointer<vorbis_block>.allocate(capacity: 1)
    var isDecoding = false

    init() {
      vorbis_info_init(info)
      vorbis_comment_init(comment)
    }

    deinit {
      if isDecoding {
        vorbis_block_clear(block)
        vorbis_dsp_clear(synthesis)
      }
      vorbis_comment_clear(comment)
      vorbis_info_clear(info)
      info.deallocate()
      comment.deallocate()
      synthesis.deallocate()
      block.deallocate()
    }
  }

  private static let headerCount = 3

  init(_ demuxer: OggDemuxer, name: String) throws(AudioFault) {
    self.demuxer = demuxer
    state = State()
    packets = []
    for _ in 0..<VorbisStream.headerCount {
      if packets.isEmpty { packets = try demuxer.nextPackets()?[...] ?? [] }
      guard let packet = packets.popFirst() else {
        throw .damaged(name: name, format: "Ogg Vorbis", problem: demuxer.interruption ?? "it ends in its headers")
      }
      let status = packet.withPacket { packet in
        // libvorbis takes the first header for the one that begins a stream.
        packet.pointee.b_o_s = state.info.pointee.rate == 0 ? 1 : 0
        return vorbis_synthesis_headerin(state.info, state.comment, packet)
      }
      guard status == 0 else {
        throw .damaged(name: name, format: "Ogg Vorbis", problem: "its headers are none (libvorbis: \(status))")
      }
    }
    demuxer.beginSound()
    guard state.info.pointee.channels > 0, vorbis_synthesis_init(state.synthesis, state.info) == 0 else {
      throw .damaged(name: name, format: "Ogg Vorbis", problem: "its headers make no decoder")
    }
    vorbis_block_init(state.synthesis, state.block)
    state.isDecoding = true
  }

  var sampleRate: Int { state.info.pointee.rate }
  var channelCount: Int { Int(state.info.pointee.channels) }

  func nextBlock() throws(AudioFault) -> ArraySlice<Float>? {
    block.removeAll(keepingCapacity: true)
    while interruption == nil, block.isEmpty {
      if packets.isEmpty {
        guard let next = try demuxer.nextPackets() else { return nil }
        packets = shifted(next)[...]
      }
      guard let packet = packets.popFirst() else { continue }
      // A packet without a byte stands for nothing.
      let status = packet.bytes.isEmpty ? 0 : packet.withPacket { vorbis_synthesis(state.block, $0) }
      // Headers may come again.
      if packet.bytes.isEmpty || status == OV_ENOTAUDIO { continue }
      guard status == 0, vorbis_synthesis_blockin(state.synthesis, state.block) == 0 else {
        interruption = "a packet of Vorbis is none"
        return nil
      }
      takeFrames()
    }
    return block.isEmpty ? nil : block[...]
  }

  /// Packets whose positions are as if the stream began at 0, where the first one is too small for what is decoded by
  /// then, as programs write it that cut without decoding. libvorbis would take the difference out of the middle.
  private func shifted(_ packets: [OggPacket]) -> [OggPacket] {
    if shift == nil {
      let sizes = packets.map { packet in packet.withPacket { vorbis_packet_blocksize(state.info, $0) } }
      let count = zip(sizes, sizes.dropFirst()).reduce(0) { $0 + Int64(max(0, $1.0) + max(0, $1.1)) / 4 }
      guard let last = packets.last, last.position >= 0, last.position < 1 << 60 else { return packets }
      shift = last.endsStream ? 0 : max(0, count - last.position)
    }
    guard let shift, shift > 0 else { return packets }
    return packets.map { $0.position >= 0 && $0.position < 1 << 60 ? $0.shifted(by: shift) : $0 }
  }

  /// Interleaves what is decoded.
  private func takeFrames() {
    var channels: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>?
    while true {
      let count = Int(vorbis_synthesis_pcmout(state.synthesis, &channels))
      guard count > 0, let channels else { return }
      let channelCount = channelCount
      let start = block.count
      block.append(contentsOf: repeatElement(0, count: count * channelCount))
      for channel in 0..<channelCount {
        guard let samples = channels[channel] else { continue }
        for index in 0..<count { block[start + index * channelCount + channel] = samples[index] }
      }
      vorbis_synthesis_read(state.synthesis, Int32(count))
    }
  }
}
