/// A FLAC file: one stream, or several that were joined, and tags behind them.
final class FLACDecoder: SoundDecoder {
  private(set) var interruption: String?
  private(set) var remarks: [AudioRemark] = []

  private let sound: SoundBytes
  /// The stream that is read, and where it begins.
  private var stream: FLACStream
  private var file: VirtualFile
  private var start: Int
  /// Frames that the headers of streams before this one state; nil when one of them states none.
  private var promisedBefore: Int? = 0

  init(_ sound: SoundBytes, start: Int) throws(AudioFault) {
    guard let first = try FLACDecoder.open(sound, start: start) else {
      throw .damaged(name: sound.name, format: "FLAC", problem: "its header is not whole")
    }
    self.sound = sound
    self.start = start
    (stream, file) = first
  }

  let formatName = "FLAC"
  var sampleRate: Int { stream.sampleRate }
  var channelCount: Int { stream.channelCount }

  var promise: LengthPromise {
    guard let before = promisedBefore, let count = stream.promisedCount else { return .unknown }
    return .frames(before + count)
  }

  var shortfallCause: String? { stream.shortfallCause }

  func nextBlock() throws(AudioFault) -> ArraySlice<Float>? {
    while interruption == nil {
      if let block = stream.nextBlock() {
        if let fault = file.fault { throw fault }
        return block
      }
      if let fault = file.fault { throw fault }
      interruption = stream.interruption
      guard interruption == nil, stream.hasRest else { return nil }
      let rest = try Tags.skip(at: start + stream.end, in: sound)
      if let next = try FLACDecoder.open(sound, start: rest) {
        if case .frames(let count, _) = promise { promisedBefore = count } else { promisedBefore = nil }
        start = rest
        (stream, file) = next
        continue
      }
      if try Tags.stand(at: start + stream.end, in: sound) { return nil }
      // All that was promised is there: what follows may be anything.
      if let promised = stream.promisedCount, stream.frameCount >= promised {
        remarks.append(.skippedBytes(sound.count - start - stream.end))
        return nil
      }
      stream.interrupt()
      interruption = stream.interruption
    }
    return nil
  }

  private static func open(
    _ sound: SoundBytes, start: Int
  ) throws(AudioFault) -> (stream: FLACStream, file: VirtualFile)? {
    let head = try sound.bytes(at: start, count: FLACStream.headSize)
    guard let (hidden, count) = FLACStream.hidingLength(head) else { return nil }
    let file = VirtualFile(sound, [.bytes(hidden), .range(start + head.count..<sound.count)])
    let stream = try FLACStream(file, promised: count, name: sound.name)
    return (stream, file)
  }
}
