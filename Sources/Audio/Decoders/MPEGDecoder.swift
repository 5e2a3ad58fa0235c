import LHCMPG123

/// MPEG audio, layers I to III: libmpg123.
///
/// It finds frames again behind anything that is none, takes off what encoders add at both ends, and reads files that
/// were joined. It is given the bytes from the first frame on.
final class MPEGDecoder: SoundDecoder {
  private(set) var sampleRate = 0
  private(set) var channelCount = 0
  private(set) var promise = LengthPromise.none
  private(set) var interruption: String?

  private let sound: SoundBytes
  private let file: VirtualFile
  /// Offset in the sound of the first byte of the file.
  private let start: Int
  private let handle: OpaquePointer
  private let container: String?
  /// Where in the file the frame behind the last one should begin.
  private var next: Int?
  /// Bytes between frames, and behind the last one, that are neither frames nor tags.
  private var skippedCount = 0
  /// Whether libmpg123 has read a frame that is not decoded yet.
  private var hasFrame = true
  private var frameCount = 0
  /// What the first of several files states that were joined.
  private var firstPromise: Int?
  /// Bytes that the container states, and that are there, where these are not as many.
  private var statedShare: (stated: Int, there: Int)?

  private static let isReady = mpg123_init() == Int32(MPG123_OK.rawValue)
  /// Fewer bytes than this behind the last frame are what is left of another.
  private static let mostFrameBytes = 4096

  /// - Parameters:
  ///   - range: The bytes that are frames.
  ///   - container: What they lie in, if that is a container.
  init(_ sound: SoundBytes, _ range: Range<Int>, container: SoundContainer? = nil) throws(AudioFault) {
    var first = try MPEGFrame.search(sound, from: range.lowerBound)
    if first == nil { first = try MPEGDecoder.lone(sound, range) }
    guard let first else {
      throw .damaged(name: sound.name, format: container?.description ?? "MP3", problem: "it has no frames")
    }
    guard MPEGDecoder.isReady, let handle = mpg123_new(nil, nil) else {
      throw .decoderUnavailable(name: sound.name, library: "libmpg123")
    }
    self.sound = sound
    self.handle = handle
    self.container = container?.name
    start = first
    file = VirtualFile(sound, [.range(first..<max(first, range.upperBound))])
    try open()
    if let header = MPEGFrame(try sound.bytes(at: first, count: MPEGFrame.headerSize)[...]),
      let stated = try header.promise(at: first, in: sound)
    {
      promise = stated
      // Without what encoders add, where libmpg123 knows how much that is.
      let length = Int(mpg123_length(handle))
      if case .frames(let count, let slack) = stated, length > 0, length <= count, count - length < 8 * slack {
        promise = .frames(length, slack: slack)
      }
    } else if container?.stated == .unknown {
      promise = .unknown
    }
    if case .bytes(let count)? = container?.stated, count != range.count { statedShare = (count, range.count) }
  }

  deinit { mpg123_delete(handle) }

  var formatName: String { (container.map { "\($0), " } ?? "") + "MPEG audio" }

  var remarks: [AudioRemark] { skippedCount > 0 ? [.skippedBytes(skippedCount)] : [] }

  func nextBlock() throws(AudioFault) -> ArraySlice<Float>? {
    while interruption == nil {
      let status = hasFrame ? MPG123_OK.rawValue : mpg123_framebyframe_next(handle)
      hasFrame = false
      if let fault = file.fault { throw fault }
      switch status {
      case MPG123_OK.rawValue: break
      case MPG123_NEW_FORMAT.rawValue: try readFormat()
      case MPG123_DONE.rawValue, MPG123_NEED_MORE.rawValue:
        try noteRest()
        return nil
      default:
        interruption = "libmpg123 says: \(String(cString: mpg123_strerror(handle)))"
        return nil
      }
      try noteFrame()
      var bytes: UnsafeMutablePointer<UInt8>?
      var count = 0
      guard mpg123_framebyframe_decode(handle, nil, &bytes, &count) == MPG123_OK.rawValue else {
        interruption = "libmpg123 says: \(String(cString: mpg123_strerror(handle)))"
        return nil
      }
      if let fault = file.fault { throw fault }
      guard let bytes, count > 0, channelCount > 0 else { continue }
      frameCount += count / MemoryLayout<Float>.size / channelCount
      return UnsafeRawBufferPointer(start: bytes, count: count).withMemoryRebound(to: Float.self) { Array($0)[...] }
    }
    return nil
  }

  // MARK: Opening

  /// A frame that nothing has to follow: a file may hold a single one.
  private static func lone(_ sound: SoundBytes, _ range: Range<Int>) throws(AudioFault) -> Int? {
    let bytes = try sound.bytes(at: range.lowerBound, count: MPEGFrame.headerSize)
    return MPEGFrame(bytes[...]) == nil ? nil : range.lowerBound
  }

  private func open() throws(AudioFault) {
    let flags = [MPG123_QUIET, MPG123_FORCE_FLOAT, MPG123_GAPLESS, MPG123_SKIP_ID3V2].reduce(0) {
      $0 | Int($1.rawValue)
    }
    mpg123_param2(handle, Int32(MPG123_ADD_FLAGS.rawValue), flags, 0)
    // Up to the end of the file.
    mpg123_param2(handle, Int32(MPG123_RESYNC_LIMIT.rawValue), -1, 0)
    mpg123_replace_reader_handle(
      handle, { VirtualFile.from($0).read(into: $1, count: $2) },
      { off_t(VirtualFile.from($0).seek(by: Int($1), from: $2)) }, nil)
    let isOpen = mpg123_open_handle(handle, file.context) == MPG123_OK.rawValue
    if isOpen { try readFormat() }
    if let fault = file.fault { throw fault }
    guard isOpen, sampleRate > 0, channelCount > 0 else {
      throw .damaged(
        name: sound.name, format: "MP3", problem: "libmpg123 says: \(String(cString: mpg123_strerror(handle)))")
    }
  }

  private func readFormat() throws(AudioFault) {
    var rate = 0
    var channels: Int32 = 0
    var encoding: Int32 = 0
    guard mpg123_getformat(handle, &rate, &channels, &encoding) == MPG123_OK.rawValue,
      encoding == MPG123_ENC_FLOAT_32.rawValue
    else {
      interruption = "libmpg123 says: \(String(cString: mpg123_strerror(handle)))"
      return
    }
    sampleRate = rate
    channelCount = Int(channels)
  }

  // MARK: What is no frame

  /// Looks at the frame that is decoded next: what stands in front of it, and whether it tells of another file's
  /// length.
  private func noteFrame() throws(AudioFault) {
    var header: UInt = 0
    var body: UnsafeMutablePointer<UInt8>?
    var bodyCount = 0
    let position = Int(mpg123_framepos(handle))
    guard mpg123_framedata(handle, &header, &body, &bodyCount) == MPG123_OK.rawValue, position >= 0 else { return }
    if let next {
      if position > next, try !Tags.stand(at: start + next, in: sound) { skippedCount += position - next }
      try noteJoint(at: start + position)
    }
    next = position + MPEGFrame.headerSize + bodyCount
  }

  /// Adds what a file states that was joined to those before it, in a frame that libmpg123 takes for sound.
  private func noteJoint(at offset: Int) throws(AudioFault) {
    guard case .frames(let before, let slack) = promise else { return }
    guard let frame = MPEGFrame(try sound.bytes(at: offset, count: MPEGFrame.headerSize)[...]) else { return }
    guard case .frames(let count, let more)? = try frame.promise(at: offset, in: sound) else { return }
    // The frame itself, and what the encoder added, come as sound.
    firstPromise = firstPromise ?? before
    // A sum that no file can keep.
    guard before < 1 << 60, slack < 1 << 40 else { return }
    promise = .frames(before + count, slack: slack + 4 * more)
  }

  private func noteRest() throws(AudioFault) {
    if let next, file.count > next, try !Tags.stand(at: start + next, in: sound) {
      // A part of a frame is what captures end with.
      let rest = file.count - next
      let head = try sound.bytes(at: start + next, count: MPEGFrame.headerSize)
      let isPart = rest < MPEGDecoder.mostFrameBytes && MPEGFrame(head[...]) != nil
      if !isPart { skippedCount += rest }
    }
    // A program that joins without decoding may have counted all in front of all.
    if let firstPromise, case .frames(_, let slack) = promise, frameCount <= firstPromise + slack {
      promise = .frames(firstPromise, slack: slack)
    }
    if let (stated, there) = statedShare {
      promise = .frames(Int(min(Double(frameCount) * Double(stated) / Double(max(1, there)), 0x1p60)))
    }
  }
}
