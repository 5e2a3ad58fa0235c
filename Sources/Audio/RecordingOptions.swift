/// How a recording is read.
public struct RecordingOptions: Equatable, Sendable {
  /// The channel that is taken, counted from 1; nil for the mean of all.
  public var channel: Int?
  /// Whether another rate than 16 kHz is resampled, and not a fault.
  public var resamples: Bool
  /// Who decodes.
  public var decoder: DecoderChoice
  /// Whether what there is of a recording is taken that lacks its end, or is damaged, up to that place.
  public var allowsTruncated: Bool
  /// How much is read, and how long it is waited for.
  public var limits: ReadingLimits

  /// Options.
  public init(
    channel: Int? = nil, resamples: Bool = true, decoder: DecoderChoice = .builtIn, allowsTruncated: Bool = false,
    limits: ReadingLimits = ReadingLimits()
  ) {
    self.channel = channel
    self.resamples = resamples
    self.decoder = decoder
    self.allowsTruncated = allowsTruncated
    self.limits = limits
  }
}
