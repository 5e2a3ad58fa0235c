/// One channel of sound at 16 kHz: what the models take.
public struct Recording: Sendable {
  /// The samples, 16,000 a second, finite; integer formats are scaled so that full scale is 1.
  public let samples: [Float]
  /// What they were made from.
  public let source: SourceDescription
  /// What a person should know although nothing is wrong, such as that it was resampled.
  public let remarks: [AudioRemark]

  /// Samples a second.
  public static let sampleRate = 16_000
  /// The rates that are resampled from. Beyond these a few bytes could become gigabytes, or a header is damaged.
  public static let sampleRates = 1_000...10_000_000

  /// Reads all of a sound file: WAV (with RF64 and Wave64), FLAC, Ogg with Vorbis, Opus or FLAC, MP3, AIFF, AU, CAF,
  /// NIST SPHERE.
  ///
  /// Channels are averaged, unless one is chosen. A rate other than 16 kHz is resampled (see `Resampler`) to
  /// ceil(frames * 16000 / rate) samples, or is a fault where resampling is not wanted.
  ///
  /// A file that has less sound than its header states, or is damaged, is a fault, unless what is there up to that
  /// place is wanted. More than is stated, and a length that is not stated, are read to the end. `remarks` tells.
  ///
  /// Memory is that of the samples, at most `limits.maxSeconds` of them, and while a pipe is read that of its bytes.
  /// Nothing is shared with other recordings that are read at the same time, and nothing is written to standard error.
  public init(of input: AudioInput, _ options: RecordingOptions = RecordingOptions()) throws(AudioFault) {
    let limits = options.limits
    let sound = try OpenSound(input, choice: options.decoder, limits: limits)
    let decoder = sound.decoder
    var mono = MonoResampler(
      name: input.name, channel: options.channel, resamples: options.resamples, limits: limits)
    let (rate, channelCount) = (decoder.sampleRate, decoder.channelCount)
    try mono.begin(rate: rate, channelCount: channelCount)
    try sound.checkPromise(limits: limits, name: input.name)
    while let block = try decoder.nextBlock() {
      try mono.begin(rate: decoder.sampleRate, channelCount: decoder.channelCount)
      try mono.append(block)
    }
    try mono.finish()
    let length = try LengthRule.remarks(
      on: decoder, frameCount: mono.frameCount, sampleRate: rate, name: input.name,
      allowsTruncated: options.allowsTruncated)

    samples = mono.samples
    source = SourceDescription(
      sampleRate: rate, channelCount: channelCount, frameCount: mono.frameCount, formatName: decoder.formatName)
    remarks =
      (options.decoder == .ffmpeg ? [.decodedByFFmpeg] : [])
      + (rate == Recording.sampleRate ? [] : [.resampled(from: rate)])
      + (channelCount > 1 && options.channel == nil ? [.averaged(channelCount: channelCount)] : [])
      + (mono.hasChanged ? [.formatChanges] : []) + length + decoder.remarks
  }
}

/// What a recording was before it became 16 kHz mono.
public struct SourceDescription: Equatable, Sendable {
  /// Frames a second; of the first part, where files were joined.
  public let sampleRate: Int
  /// Channels, likewise.
  public let channelCount: Int
  /// Frames that were read.
  public let frameCount: Int
  /// The container and the encoding, for example "WAV (Microsoft), Signed 16 bit PCM".
  public let formatName: String
}
