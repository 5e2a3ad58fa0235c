import LHCFLAC

/// One stream of FLAC in Ogg: its packets, behind each other, are a FLAC file but for some bytes in front.
final class OggFLACStream: OggStream {
  let codecName = "FLAC"
  private(set) var interruption: String?

  private let packets: PacketBytes
  private let stream: FLACStream

  /// Bytes in front of "fLaC" in the first packet: a mark, a version, and how many packets of headers follow.
  private static let prefixSize = 9

  init(_ demuxer: OggDemuxer, name: String) throws(AudioFault) {
    let first = try demuxer.nextPackets()?.first?.bytes ?? []
    // In its first years it had no bytes in front.
    let start = first.starts(with: "fLaC".utf8) ? 0 : min(OggFLACStream.prefixSize, first.count)
    var head = Array(first[start...])
    // In that form the header may be a packet of its own.
    if head.count == 4, let more = try demuxer.nextPackets()?.first { head += more.bytes }
    guard let (hidden, count) = FLACStream.hidingLength(Array(head.prefix(FLACStream.headSize))) else {
      throw .damaged(name: name, format: "FLAC in Ogg", problem: demuxer.interruption ?? "its header is not whole")
    }
    demuxer.beginSound()
    packets = PacketBytes(demuxer, hidden + head.dropFirst(FLACStream.headSize))
    stream = try FLACStream(packets, promised: count, name: name)
    if let fault = packets.fault { throw fault }
  }

  var sampleRate: Int { stream.sampleRate }
  var channelCount: Int { stream.channelCount }
  let statesLength = true
  var promisedCount: Int? { stream.promisedCount }
  var shortfallCause: String? { stream.shortfallCause }

  func nextBlock() throws(AudioFault) -> ArraySlice<Float>? {
    let block = stream.nextBlock()
    if let fault = packets.fault { throw fault }
    if block == nil {
      if stream.hasRest { stream.interrupt() }
      interruption = stream.interruption
    }
    return block
  }

  /// The bytes of packets for libFLAC.
  private final class PacketBytes: ByteReader {
    private(set) var position = 0
    private(set) var fault: AudioFault?
    private let demuxer: OggDemuxer
    private var packets: ArraySlice<OggPacket> = []
    private var bytes: ArraySlice<UInt8>

    init(_ demuxer: OggDemuxer, _ first: [UInt8]) {
      self.demuxer = demuxer
      bytes = first[...]
    }

    func read(into buffer: UnsafeMutableRawPointer?, count: Int) -> Int {
      guard let buffer, fault == nil else { return 0 }
      while bytes.isEmpty {
        if let packet = packets.popFirst() {
          bytes = packet.bytes[...]
          continue
        }
        do throws(AudioFault) {
          guard let next = try demuxer.nextPackets() else { return 0 }
          packets = next[...]
        } catch {
          fault = error
          return 0
        }
      }
      let size = min(count, bytes.count)
      UnsafeMutableRawBufferPointer(start: buffer, count: size).copyBytes(from: bytes.prefix(size))
      bytes = bytes.dropFirst(size)
      position += size
      return size
    }
  }
}
