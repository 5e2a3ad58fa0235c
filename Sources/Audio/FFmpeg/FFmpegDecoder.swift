/// Sound that ffmpeg decodes, read in blocks of frames while it does.
///
/// ffmpeg gets the open input, no name, and may open nothing else (`FFmpeg.arguments`). It is under the limits of all
/// reading: it is ended when it gives no byte for `limits.timeout`, and when there are more frames than
/// `limits.maxSeconds` has. It goes when this object goes.
package final class FFmpegDecoder: SoundDecoder {
  let formatName = "decoded by ffmpeg"
  /// What the file states, where that could be read: ffmpeg says nothing of a file that is shorter.
  private(set) var promise = LengthPromise.none
  /// Where bytes are missing, by the header: how many, in words.
  private var missing: String?
  package private(set) var interruption: String?
  let remarks: [AudioRemark] = []

  /// The rate and the channels of the file's first audio stream.
  package var sampleRate: Int { header.sampleRate }
  package var channelCount: Int { header.channelCount }

  private let stream: FFmpegStream
  private let header: FFmpegHeader
  private let frameLimit: Int
  private var frameCount = 0
  /// Bytes as they came; first those of a frame whose rest is still to come.
  private let buffer: UnsafeMutableRawBufferPointer
  private var filled = 0
  private var block: [Float] = []
  private var hasEnded = false

  /// The most bytes that are read at once: 64 frames at least.
  private static let blockSize = 1 << 18

  /// Starts ffmpeg and waits for the header of what it writes.
  ///
  /// - Parameter program: Where ffmpeg is; nil when there is none.
  package init(_ input: AudioInput, limits: ReadingLimits, program: String? = FFmpeg.find()) throws(AudioFault) {
    guard let program else { throw .ffmpeg(.notFound(name: input.name)) }
    stream = try FFmpegStream(input, program: program, limits: limits)
    header = try stream.readHeader()
    frameLimit = limits.frameCount(rate: header.sampleRate)
    guard Recording.sampleRates.contains(header.sampleRate) else {
      throw .unusableRate(name: input.name, rate: header.sampleRate)
    }
    // Nothing is thrown from here on, so that it is given back.
    buffer = .allocate(byteCount: FFmpegDecoder.blockSize, alignment: 16)
    compare(with: stream.contents)
  }

  deinit { buffer.deallocate() }

  package func nextBlock() throws(AudioFault) -> ArraySlice<Float>? {
    let frameSize = 4 * channelCount
    while !hasEnded {
      let count = try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
      filled += count
      hasEnded = count == 0
      let used = filled / frameSize * frameSize
      guard used > 0 else { continue }
      block = (0..<used / 4).map { index in
        Float(bitPattern: UInt32(bigEndian: buffer.load(fromByteOffset: 4 * index, as: UInt32.self)))
      }
      // The parts may overlap.
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[used..<filled]))
      filled -= used
      frameCount += used / frameSize
      guard frameCount <= frameLimit else {
        throw .tooLong(name: stream.name, seconds: seconds, maxSeconds: stream.limits.maxSeconds)
      }
      return block[...]
    }
    try checkEnd()
    return nil
  }

  private func checkEnd() throws(AudioFault) {
    if let reason = try stream.failure() {
      guard frameCount > 0 else { throw .ffmpeg(.cannotDecode(name: stream.name, reason: reason)) }
      // It goes on behind an error where it can, so that the error may lie anywhere.
      interruption = "ffmpeg says: \(reason)"
      return
    }
    guard filled == 0 else {
      throw .ffmpeg(
        .badStream(name: stream.name, program: stream.program, problem: "ended in the middle of a frame"))
    }
    guard frameCount > 0 else { throw .ffmpeg(.noSound(name: stream.name)) }
    interruption = missing
  }

  /// Takes note of what the file's header says, as far as that can be read without decoding it.
  private func compare(with sound: SoundBytes) {
    guard let format = try? SoundFormat.identify(sound) else { return }
    missing = (try? format.container(of: sound))?.missing
    if format.kind == .ogg {
      let pages = OggPageReader(sound, start: format.start)
      while (try? pages.next()) != nil {}
      missing = pages.interruption
    }
    guard let decoder = try? OpenSound.decoder(of: sound), decoder.sampleRate == sampleRate else { return }
    promise = decoder.promise
  }

  /// How much has come.
  private var seconds: Double { Double(frameCount) / Double(sampleRate) }
}
