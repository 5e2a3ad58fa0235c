/// One channel of sound at 16 kHz: what the models take.
public struct Recording: Sendable {
  /// The samples, 16,000 a second, finite; integer formats are scaled so that full scale is 1.
  public let samples: [Float]
  /// What they were made from.
  public let source: SourceDescription

  /// Samples a second.
  public static let sampleRate = 16_000
  /// The rates that are resampled from. Beyond these a few bytes could become gigabytes, or a header is damaged.
  public static let sampleRates = 1_000...10_000_000

  /// Reads all of a sound file: WAV (with RF64 and W64), FLAC, Ogg Vorbis and Opus, MP3, AIFF, AU, CAF, NIST SPHERE.
  ///
  /// Channels are averaged, unless one is chosen by `channel`, which counts from 1. A rate other than 16 kHz is resampled
  /// (see `Resampler`) to ceil(frames * 16000 / rate) samples, or is a fault unless `resamples`.
  ///
  /// A file that ends before the length that it promises is a fault. WAV and AIFF are taken as they are, and so is a
  /// stream that states no length: programs that write to a pipe cannot know it. `source.isLengthCertain` tells.
  ///
  /// Memory is that of the samples, at most `limits.maxSeconds` of them, and while a pipe is read that of its bytes.
  public init(
    of input: AudioInput, channel: Int? = nil, resamples: Bool = true, limits: ReadingLimits = ReadingLimits()
  ) throws(AudioFault) {
    let file = try SoundFile(input, limits: limits)
    let rate = file.sampleRate
    guard Recording.sampleRates.contains(rate) else { throw .unusableRate(name: input.name, rate: rate) }
    guard resamples || rate == Recording.sampleRate else { throw .otherRate(name: input.name, rate: rate) }
    if let channel, !(1...file.channelCount).contains(channel) {
      throw .noSuchChannel(name: input.name, channel: channel, channelCount: file.channelCount)
    }

    let frameLimit = limits.frameCount(rate: rate)
    try file.checkPromise(limit: frameLimit, maxSeconds: limits.maxSeconds)
    let resampler = rate == Recording.sampleRate ? nil : try Resampler(from: rate, name: input.name)
    var samples: [Float] = []
    var frameCount = 0
    while let block = file.nextBlock() {
      let mono = Recording.mono(block, channelCount: file.channelCount, channel: channel)
      if let place = mono.firstIndex(where: { !$0.isFinite }) {
        throw .notFinite(
          name: input.name, value: Double(mono[place]), seconds: Double(frameCount + place) / Double(rate))
      }
      frameCount += mono.count
      guard frameCount <= frameLimit else {
        throw .tooLong(
          name: input.name, seconds: Double(frameCount) / Double(rate), maxSeconds: limits.maxSeconds)
      }
      if let resampler { try resampler.append(mono, to: &samples) } else { samples += mono }
    }
    try file.checkEnd(frameCount: frameCount)
    if let resampler {
      try resampler.finish(&samples)
      if let place = samples.firstIndex(where: { !$0.isFinite }) {
        throw .notFinite(
          name: input.name, value: Double(samples[place]), seconds: Double(place) / Double(Recording.sampleRate))
      }
    }
    self.samples = samples
    source = SourceDescription(
      sampleRate: rate, channelCount: file.channelCount, frameCount: frameCount, formatName: file.formatName,
      isLengthCertain: file.isLengthCertain)
  }

  /// The chosen channel of interleaved frames, or the mean of all.
  private static func mono(_ block: ArraySlice<Float>, channelCount: Int, channel: Int?) -> [Float] {
    if channelCount == 1 { return Array(block) }
    let frames = stride(from: block.startIndex, to: block.endIndex, by: channelCount)
    if let channel { return frames.map { block[$0 + channel - 1] } }
    return frames.map { start in
      // Sums of finite floats are finite in Double, so that the mean is, too.
      Float(block[start..<start + channelCount].reduce(0.0) { $0 + Double($1) } / Double(channelCount))
    }
  }
}

/// What a recording was before it became 16 kHz mono.
public struct SourceDescription: Equatable, Sendable {
  /// Frames a second.
  public let sampleRate: Int
  /// Channels.
  public let channelCount: Int
  /// Frames that were read.
  public let frameCount: Int
  /// The container and the encoding in libsndfile's words, for example "WAV (Microsoft), Signed 16 bit PCM".
  public let formatName: String
  /// Whether the file states its length, and that is the length it has.
  public let isLengthCertain: Bool
}
