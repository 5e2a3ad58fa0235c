/// Which code decodes a sound.
public enum DecoderChoice: String, Sendable, CaseIterable {
  /// The libraries that are linked.
  case builtIn = "built-in"
  /// The program ffmpeg, where it is on the PATH.
  case ffmpeg
}

/// A sound that was opened, and what is known of it before it is decoded.
struct OpenSound {
  let decoder: any SoundDecoder
  /// Bytes of the file, or of what came through a pipe; nil when another program reads them.
  let byteCount: Int?

  /// More frames than a byte can stand for in any format: FLAC, the densest, gets 65,535 of silence into 11 bytes.
  private static let mostFramesPerByte = 8192

  init(_ input: AudioInput, choice: DecoderChoice, limits: ReadingLimits) throws(AudioFault) {
    switch choice {
    case .builtIn:
      let sound = try OpenSound.bytes(of: input, limits: limits)
      decoder = try OpenSound.decoder(of: sound)
      byteCount = sound.count
    case .ffmpeg:
      decoder = try FFmpegDecoder(input, limits: limits)
      byteCount = nil
    }
  }

  private static func bytes(of input: AudioInput, limits: ReadingLimits) throws(AudioFault) -> SoundBytes {
    switch input {
    case .file(let path): return try AudioSource(path: path, name: input.name).contents(limits: limits)
    case .standardInput: return try AudioSource(path: nil, name: input.name).contents(limits: limits)
    case .bytes(let bytes, let name):
      guard !bytes.isEmpty else { throw .empty(name: name) }
      return SoundBytes(bytes, name: name)
    }
  }

  /// The decoder for what the first bytes say that the sound is.
  static func decoder(of sound: SoundBytes) throws(AudioFault) -> any SoundDecoder {
    let format = try SoundFormat.identify(sound)
    switch format.kind {
    case .flac: return try FLACDecoder(sound, start: format.start)
    case .ogg: return try OggDecoder(sound, start: format.start)
    case .mpeg: return try MPEGDecoder(sound, format.start..<sound.count)
    default: break
    }
    guard let container = try format.container(of: sound) else { preconditionFailure("a container has a header") }
    return container.isMPEG
      ? try MPEGDecoder(sound, container.sound, container: container) : try SndFileDecoder(container, of: sound)
  }

  /// Throws when the header states more than is allowed and the file is large enough for that to be true. One that is
  /// not is read as far as it goes.
  func checkPromise(limits: ReadingLimits, name: String) throws(AudioFault) {
    guard case .frames(let promised, _) = decoder.promise else { return }
    guard promised > limits.frameCount(rate: decoder.sampleRate) else { return }
    guard promised / OpenSound.mostFramesPerByte <= byteCount ?? .max else { return }
    throw .tooLong(
      name: name, seconds: Double(promised) / Double(decoder.sampleRate), maxSeconds: limits.maxSeconds)
  }
}
