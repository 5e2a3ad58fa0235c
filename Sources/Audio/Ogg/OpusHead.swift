/// The first packet of Opus in Ogg (RFC 7845, section 5.1).
struct OpusHead {
  let channelCount: Int
  /// Frames at 48 kHz at the beginning that are no sound, but let the decoder settle.
  let preSkip: Int
  /// What samples are multiplied by.
  let gain: Float
  /// How channels lie in the streams that a packet holds.
  let streamCount: Int
  let coupledCount: Int
  let mapping: [UInt8]

  /// More than any microphone array has; each takes a decoder, and time even in silence.
  private static let mostChannels = 64

  /// The rate that the sound had before, which the header states too, is nobody's business but an editor's: it may be
  /// 0.
  init(_ packet: [UInt8], name: String) throws(AudioFault) {
    func damaged(_ problem: String) -> AudioFault { .damaged(name: name, format: "Ogg Opus", problem: problem) }
    guard packet.count >= 19, packet.starts(with: "OpusHead".utf8) else { throw damaged("its header is not whole") }
    guard packet[8] & 0xf0 == 0 else { throw damaged("its header is of version \(packet[8]), expected 0 to 15") }
    let channels = Int(packet[9])
    let family = packet[18]
    channelCount = channels
    preSkip = Int(packet[10]) | Int(packet[11]) << 8
    gain = OpusHead.factor(decibels: Float(Int16(truncatingIfNeeded: Int(packet[16]) | Int(packet[17]) << 8)) / 256)
    guard family != 0 else {
      guard (1...2).contains(channels) else { throw damaged("it has \(channels) channels, expected 1 or 2") }
      (streamCount, coupledCount, mapping) = (1, channels - 1, Array([0, 1].prefix(channels)))
      return
    }
    guard family != 3 else {
      throw .foreignFormat(name: name, format: "Ogg with Opus in ambisonics by a matrix", remedy: .ffmpeg)
    }
    guard channels > 0, packet.count >= 21 + channels else {
      throw damaged("its header says where \(max(0, packet.count - 21)) of \(channels) channels lie")
    }
    streamCount = Int(packet[19])
    coupledCount = Int(packet[20])
    mapping = Array(packet[21..<21 + channels])
    let most = streamCount + coupledCount
    guard most <= OpusHead.mostChannels, channels <= OpusHead.mostChannels else {
      throw .foreignFormat(name: name, format: "Ogg with Opus in \(max(most, channels)) channels", remedy: .ffmpeg)
    }
    guard streamCount > 0, coupledCount <= streamCount,
      mapping.allSatisfy({ $0 == 255 || Int($0) < most })
    else { throw damaged("its channels lie in streams that are not there") }
  }

  /// 10 to the power of a twentieth, without a library of mathematics.
  private static func factor(decibels: Float) -> Float {
    if decibels == 0 { return 1 }
    // log2(10) / 20; the rest of the exponent by its series, to the last bit of a float.
    let exponent = Double(decibels) * 0.166_096_404_744_368_1
    let whole = exponent.rounded()
    let rest = (exponent - whole) * 0.693_147_180_559_945_3
    let series = (1...12).reversed().reduce(1.0) { 1 + $0 * rest / Double($1) }
    return Float(series * Double(sign: .plus, exponent: Int(whole), significand: 1))
  }
}
