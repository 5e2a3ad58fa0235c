/// Makes one channel of 16 kHz of interleaved frames, whose rate and number of channels may change where files were
/// joined.
struct MonoResampler {
  private(set) var samples: [Float] = []
  /// Frames that were taken.
  private(set) var frameCount = 0
  /// Whether rate or channels changed on the way.
  private(set) var hasChanged = false

  private let name: String
  private let channel: Int?
  private let resamples: Bool
  private let limits: ReadingLimits
  private var rate = 0
  private var channelCount = 0
  private var resampler: Resampler?
  /// What was taken before this rate, and since.
  private var secondsBefore = 0.0
  private var framesSince = 0
  /// Where the samples begin that come from frames of this rate.
  private var partStart = 0

  init(name: String, channel: Int?, resamples: Bool, limits: ReadingLimits) {
    self.name = name
    self.channel = channel
    self.resamples = resamples
    self.limits = limits
  }

  /// Says how the next frames are to be understood.
  mutating func begin(rate: Int, channelCount: Int) throws(AudioFault) {
    guard rate != self.rate || channelCount != self.channelCount else { return }
    guard Recording.sampleRates.contains(rate) else { throw .unusableRate(name: name, rate: rate) }
    guard resamples || rate == Recording.sampleRate else { throw .otherRate(name: name, rate: rate) }
    if let channel, !(1...channelCount).contains(channel) {
      throw .noSuchChannel(name: name, channel: channel, channelCount: channelCount)
    }
    hasChanged = hasChanged || frameCount > 0
    self.channelCount = channelCount
    guard rate != self.rate else { return }
    try finish()
    secondsBefore = seconds
    framesSince = 0
    self.rate = rate
    partStart = samples.count
    resampler = rate == Recording.sampleRate ? nil : try Resampler(from: rate, name: name)
  }

  /// Takes frames.
  mutating func append(_ block: ArraySlice<Float>) throws(AudioFault) {
    let mono = mono(block)
    if let place = mono.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(
        name: name, value: Double(mono[place]), seconds: seconds + Double(place) / Double(rate))
    }
    frameCount += mono.count
    framesSince += mono.count
    // Where nothing was joined, whole numbers decide.
    guard framesSince <= limits.frameCount(rate: rate), secondsBefore == 0 || seconds <= limits.maxSeconds else {
      throw .tooLong(name: name, seconds: seconds, maxSeconds: limits.maxSeconds)
    }
    if let resampler { try resampler.append(mono, to: &samples) } else { samples += mono }
  }

  /// Ends what was resampled from this rate.
  mutating func finish() throws(AudioFault) {
    guard let resampler else { return }
    try resampler.finish(&samples)
    self.resampler = nil
    if let place = samples[partStart...].firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(
        name: name, value: Double(samples[place]), seconds: Double(place) / Double(Recording.sampleRate))
    }
  }

  /// What was taken so far.
  private var seconds: Double { secondsBefore + (rate > 0 ? Double(framesSince) / Double(rate) : 0) }

  /// The chosen channel of interleaved frames, or the mean of all.
  private func mono(_ block: ArraySlice<Float>) -> [Float] {
    if channelCount == 1 { return Array(block) }
    return block.withUnsafeBufferPointer { block in
      let count = block.count / channelCount
      if let channel { return (0..<count).map { block[$0 * channelCount + channel - 1] } }
      return [Float](unsafeUninitializedCapacity: count) { means, filled in
        for frame in 0..<count {
          // Sums of finite floats are finite in Double, so that the mean is, too.
          var sum = 0.0
          for index in frame * channelCount..<(frame + 1) * channelCount { sum += Double(block[index]) }
          means[frame] = Float(sum / Double(channelCount))
        }
        filled = count
      }
    }
  }
}
