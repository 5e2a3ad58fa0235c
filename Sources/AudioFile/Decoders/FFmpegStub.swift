enum FFmpeg { static func find() -> String? { nil } }
final class FFmpegDecoder: SoundDecoder {
  init(input: AudioInput, limits: ReadingLimits) throws(AudioFault) { throw .decoderUnavailable(name: input.name, library: "ffmpeg") }
  var formatName: String { "" }
  var sampleRate: Int { 0 }
  var channelCount: Int { 0 }
  var promise: LengthPromise { .none }
  var interruption: String? { nil }
  var remarks: [AudioRemark] { [] }
  func nextBlock() throws(AudioFault) -> ArraySlice<Float>? { nil }
}
