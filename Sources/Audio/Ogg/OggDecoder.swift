/// An Ogg file: Opus, Vorbis or FLAC, in one link or in a chain of them.
final class OggDecoder: SoundDecoder {
  /// Seconds: what muxers get wrong by rounding is less, and the longest packet of Opus lasts as long.
  private static let shortestGap = 0.12

  private let name: String
  private let demuxer: OggDemuxer
  private var stream: any OggStream
  private(set) var lacksEnd = false
  private var endUnknown = false
  private var gapSeconds = 0.0
  private var problem: String?
  /// Frames that links before this one state; nil when one of them states none.
  private var promisedBefore: Int? = 0

  init(_ sound: SoundBytes, start: Int) throws(AudioFault) {
    name = sound.name
    demuxer = OggDemuxer(sound, start: start)
    guard let codec = try demuxer.nextLink() else {
      throw .damaged(name: name, format: "Ogg", problem: demuxer.interruption ?? "it has no pages")
    }
    stream = try OggDecoder.stream(codec, demuxer, name: name)
  }

  var formatName: String { "Ogg, \(stream.codecName)" }
  var sampleRate: Int { stream.sampleRate }
  var channelCount: Int { stream.channelCount }
  var interruption: String? { problem ?? demuxer.interruption }
  var shortfallCause: String? { stream.shortfallCause }

  var promise: LengthPromise {
    guard stream.statesLength else { return .none }
    guard let before = promisedBefore, let count = stream.promisedCount else { return .unknown }
    return .frames(before + count)
  }

  var remarks: [AudioRemark] {
    (demuxer.isJoined ? [.joinedBroadcast] : []) + (endUnknown ? [.endUnknown] : [])
      + (gapSeconds >= OggDecoder.shortestGap ? [.gaps(seconds: gapSeconds)] : [])
      + (demuxer.skippedCount > 0 ? [.skippedBytes(demuxer.skippedCount)] : [])
      + (demuxer.otherCount > 0 ? [.otherStreams(count: demuxer.otherCount)] : [])
  }

  func nextBlock() throws(AudioFault) -> ArraySlice<Float>? {
    while problem == nil {
      if let block = try stream.nextBlock() { return block }
      lacksEnd = lacksEnd || !demuxer.hasEnd
      endUnknown = endUnknown || stream.isEndUnknown
      gapSeconds += Double(stream.gapCount) / Double(stream.sampleRate)
      problem = stream.interruption
      guard interruption == nil else { return nil }
      let promised = promise
      guard let codec = try nextLink() else { return nil }
      do throws(AudioFault) {
        stream = try OggDecoder.stream(codec, demuxer, name: name)
      } catch {
        guard case .damaged(_, _, let words) = error else { throw error }
        problem = words
        return nil
      }
      if case .frames(let count, _) = promised { promisedBefore = count } else { promisedBefore = nil }
    }
    return nil
  }

  private func nextLink() throws(AudioFault) -> OggCodec? {
    do throws(AudioFault) {
      return try demuxer.nextLink()
    } catch {
      // What was read so far stays what it is.
      guard case .foreignFormat(_, let format, _) = error else { throw error }
      problem = "\(format) follows, which is not decoded"
      return nil
    }
  }

  private static func stream(
    _ codec: OggCodec, _ demuxer: OggDemuxer, name: String
  ) throws(AudioFault) -> any OggStream {
    switch codec {
    case .opus: try OpusStream(demuxer, name: name)
    case .vorbis: try VorbisStream(demuxer, name: name)
    default: try OggFLACStream(demuxer, name: name)
    }
  }
}

/// One stream of an Ogg file, decoded from its headers to its end.
protocol OggStream: FrameSource {
  var codecName: String { get }
  /// Whether the codec has a place for the length, and the frames that it states.
  var statesLength: Bool { get }
  var promisedCount: Int? { get }
  /// Whether the last position contradicts the one before it.
  var isEndUnknown: Bool { get }
  /// Frames that are missing between packets, by positions.
  var gapCount: Int { get }
}

extension OggStream {
  var statesLength: Bool { false }
  var promisedCount: Int? { nil }
  var isEndUnknown: Bool { false }
  var gapCount: Int { 0 }
}
