/// What a stream in Ogg holds, by its first packet.
enum OggCodec: Equatable {
  case opus, vorbis, flac
  /// Sound, or sound beside video, that is not decoded.
  case foreign(String)
  /// What holds no sound, such as an index.
  case silent

  init(_ packet: UnsafeBufferPointer<UInt8>) {
    func has(_ text: String, at offset: Int = 0) -> Bool { packet.dropFirst(offset).starts(with: text.utf8) }
    let second = has("vorbis", at: 1) ? packet.first : nil
    if has("OpusHead") {
      self = .opus
    } else if second == 1 {
      self = .vorbis
    } else if has("FLAC", at: 1) || has("fLaC") {
      self = .flac
    } else if has("Speex   ") {
      self = .foreign("Speex")
    } else if has("CELT    ") {
      self = .foreign("CELT")
    } else if has("PCM     ") {
      self = .foreign("samples without compression (OggPCM)")
    } else if has("audio", at: 1) || has("Direct Show Samples embedded in Ogg", at: 1) {
      self = .foreign("a codec of OGM")
    } else if ["theora", "kate\0"].contains(where: { has($0, at: 1) }) || has("fishead") || has("BBCD")
      || has("OVP80") || has("CMML") || has("video", at: 1) || has("text", at: 1) || has("AnxData")
    {
      self = .silent
    } else {
      self = .foreign("a codec that is not known here")
    }
  }

  /// Whether it is decoded.
  var isDecoded: Bool {
    switch self {
    case .opus, .vorbis, .flac: true
    case .foreign, .silent: false
    }
  }
}
