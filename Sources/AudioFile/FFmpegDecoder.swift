/// Sound that ffmpeg decodes, read in blocks of frames while it does.
///
/// ffmpeg gets the open input, no name, and may open nothing else (`FFmpeg.arguments`). It is under the limits of all
/// reading: it is ended when it gives no byte for `limits.timeout`, and when there are more frames than
/// `limits.maxSeconds` has. It goes when this object goes.
package final class FFmpegDecoder {
  /// The rate and the channels of the file's first audio stream.
  package var sampleRate: Int { header.sampleRate }
  package var channelCount: Int { header.channelCount }

  private let stream: FFmpegStream
  private let header: AUHeader
  private let frameLimit: Int
  private var frameCount = 0
  /// Bytes as they came; first those of a frame whose rest is still to come.
  private var buffer = [UInt8](repeating: 0, count: FFmpegDecoder.blockSize)
  private var filled = 0
  private var block: [Float] = []
  private var hasEnded = false

  /// The most bytes that are read at once: 64 frames at least.
  private static let blockSize = 1 << 18

  /// Starts ffmpeg and waits for the header of what it writes.
  ///
  /// - Parameter path: Where ffmpeg is, such as from `FFmpeg.find()`.
  /// - Throws: `AudioFault` or `FFmpegFault`.
  package init(path: String, input: AudioInput, limits: ReadingLimits) throws {
    stream = try FFmpegStream(input, program: path, limits: limits)
    header = try stream.readHeader()
    frameLimit = limits.frameCount(rate: header.sampleRate)
    guard Recording.sampleRates.contains(sampleRate) else {
      throw AudioFault.unusableRate(name: input.name, rate: sampleRate)
    }
  }

  /// The next frames, interleaved, full scale being 1. Nil at the end, which ffmpeg reached without an error.
  ///
  /// - Throws: `AudioFault` or `FFmpegFault`.
  package func nextBlock() throws -> ArraySlice<Float>? {
    let frameSize = 4 * channelCount
    while !hasEnded {
      let count = try buffer.withUnsafeMutableBytes { bytes in
        try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[filled...]))
      }
      filled += count
      hasEnded = count == 0
      let used = filled / frameSize * frameSize
      guard used > 0 else { continue }
      block = buffer.withUnsafeBytes { bytes in
        (0..<used / 4).map { index in
          Float(bitPattern: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)))
        }
      }
      buffer.replaceSubrange(0..<filled - used, with: buffer[used..<filled])
      filled -= used
      frameCount += used / frameSize
      guard frameCount <= frameLimit else {
        throw AudioFault.tooLong(name: stream.name, seconds: seconds, maxSeconds: stream.limits.maxSeconds)
      }
      return block[...]
    }
    try checkEnd()
    return nil
  }

  private func checkEnd() throws {
    if let reason = try stream.failure() {
      guard frameCount > 0 else { throw FFmpegFault.cannotDecode(name: stream.name, reason: reason) }
      throw FFmpegFault.damaged(name: stream.name, seconds: seconds, reason: reason)
    }
    guard filled == 0 else {
      throw FFmpegFault.badStream(
        name: stream.name, program: stream.program, problem: "ended in the middle of a frame")
    }
    guard frameCount > 0 else { throw FFmpegFault.noSound(name: stream.name) }
  }

  /// How much has come.
  private var seconds: Double { Double(frameCount) / Double(sampleRate) }
}
