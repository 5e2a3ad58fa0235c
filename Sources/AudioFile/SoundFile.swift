import CSndFile
import Glibc

/// An open sound file, read in blocks of frames from its beginning to its end.
final class SoundFile {
  private let name: String
  private let handle: OpaquePointer
  private let info: SF_INFO
  private let file: VirtualFile
  /// Bytes of the file, or of what came through a pipe.
  private let byteCount: Int
  private let lacksEnd: Bool
  private var block: [Float]
  /// What went wrong while a block was read, in libsndfile's words.
  private var failure: String?

  /// The most floats that are read at once.
  private static let blockSize = 1 << 16
  /// More frames than a byte can stand for in any format: FLAC, the densest, gets 65,535 of silence into 11 bytes.
  private static let mostFramesPerByte = 8192

  init(_ input: AudioInput, limits: ReadingLimits) throws(AudioFault) {
    name = input.name
    let source = try AudioSource(input)
    var info = SF_INFO()
    if let size = source.fileSize {
      let extent = try ContainerFormat.extent(name: name, bytes: source.bytes)
      lacksEnd = extent.lacksEnd
      let start = extent.start
      file = VirtualFile(count: max(0, size - start)) { offset, target throws(AudioFault) in
        try source.copy(from: start + offset, into: target)
      }
      byteCount = size
    } else {
      let memory = try MemoryReader(readingAll: source, limits: limits)
      file = memory.file
      lacksEnd = memory.extent.lacksEnd
      byteCount = memory.count
    }
    let handle = file.open(&info)
    if let fault = file.fault {
      if let handle { sf_close(handle) }
      throw fault
    }
    guard let handle else { throw .unknownFormat(name: input.name, reason: String(cString: sf_strerror(nil))) }
    guard ContainerFormat.isRead(Int(info.format)), info.channels > 0 else {
      sf_close(handle)
      throw .unknownFormat(name: input.name, reason: "its header contradicts its first bytes")
    }
    self.handle = handle
    self.info = info
    let framesAtOnce = max(1, SoundFile.blockSize / Int(info.channels))
    block = [Float](repeating: 0, count: framesAtOnce * Int(info.channels))
  }

  deinit { sf_close(handle) }

  var sampleRate: Int { Int(info.samplerate) }
  var channelCount: Int { Int(info.channels) }

  /// The next frames, interleaved, scaled to [-1, 1] where they are integers; nil at the end.
  func nextBlock() -> ArraySlice<Float>? {
    guard failure == nil else { return nil }
    let count = sf_readf_float(handle, &block, sf_count_t(block.count / channelCount))
    // What came before the failure is given all the same, and each call forgets that of the one before.
    if sf_error(handle) != Int32(SF_ERR_NO_ERROR) { failure = String(cString: sf_strerror(handle)) }
    return count > 0 ? block[..<(Int(count) * channelCount)] : nil
  }

  /// The length that the header states; nil when there is none, and for MPEG streams, whose length is only estimated.
  private var promisedFrames: Int? {
    info.frames == .max || majorFormat == SF_FORMAT_MPEG ? nil : Int(info.frames)
  }

  /// Throws when the header states more frames than `limit` and the file is large enough for that to be true. One that
  /// is not is read as far as it goes.
  func checkPromise(limit: Int, maxSeconds: Double) throws(AudioFault) {
    guard let promised = promisedFrames, promised > limit else { return }
    guard promised / SoundFile.mostFramesPerByte <= byteCount else { return }
    throw .tooLong(name: name, seconds: Double(promised) / Double(sampleRate), maxSeconds: maxSeconds)
  }

  /// Throws when reading or decoding failed, or ended before the promised length.
  func checkEnd(frameCount: Int) throws(AudioFault) {
    if let fault = file.fault { throw fault }
    let promised = promisedFrames
    guard failure != nil || frameCount < promised ?? 0 else { return }
    throw .cutShort(
      name: name, frameCount: frameCount, promised: promised, sampleRate: sampleRate,
      reason: failure ?? "")
  }

  var formatName: String {
    let names = [majorFormat, Int(info.format) & Int(SF_FORMAT_SUBMASK)].compactMap { format -> String? in
      var description = SF_FORMAT_INFO()
      description.format = Int32(format)
      let size = Int32(MemoryLayout<SF_FORMAT_INFO>.size)
      guard sf_command(nil, Int32(SFC_GET_FORMAT_INFO), &description, size) == 0 else { return nil }
      return description.name.map { String(cString: $0) }
    }
    return names.joined(separator: ", ")
  }

  /// Whether the length that the header states is the length that the file has.
  ///
  /// libsndfile puts a wrong size in a WAV or AIFF header right without an error, and says so only in its log: a line
  /// such as "data : 4294967295 (should be 91366)".
  var isLengthCertain: Bool {
    if info.frames == .max || lacksEnd { return false }
    var log = [CChar](repeating: 0, count: 1 << 14)
    sf_command(handle, Int32(SFC_GET_LOG_INFO), &log, Int32(log.count - 1))
    let text = String(decoding: log.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return !text.split(separator: "\n").contains { line in
      let chunk = line.drop { $0 == " " }
      return (chunk.hasPrefix("data") || chunk.hasPrefix("SSND")) && chunk.contains("(should be")
    }
  }

  private var majorFormat: Int { Int(info.format) & Int(SF_FORMAT_TYPEMASK) }
}
