/// How much sound is read, and how long it is waited for.
///
/// A few bytes can stand for hours of silence, and a pipe may never end: memory and time follow from these limits, not
/// from what arrives. The samples of 6 h take 1.4 GB.
public struct ReadingLimits: Equatable, Sendable {
  /// The longest recording, in seconds; more than that is a fault. Above 0.
  public let maxSeconds: Double
  /// Seconds that may pass without a byte from a pipe or a socket; 0 waits for ever.
  public let timeout: Double

  /// Limits: 6 hours of sound, and a minute without a byte.
  public init(maxSeconds: Double = 6 * 3600, timeout: Double = 60) {
    self.maxSeconds = maxSeconds
    self.timeout = timeout
  }

  /// The most frames of a recording with `rate` frames a second.
  func frameCount(rate: Int) -> Int { ReadingLimits.whole(maxSeconds * Double(rate)) }

  /// The most bytes that are taken from a pipe when a second of its sound has `byteRate` bytes without compression.
  ///
  /// Not more than 48 kHz, two channels and 32 bits need, whatever a header says.
  func byteCount(byteRate: Double) -> Int {
    let isRate = byteRate > 0 && byteRate < ReadingLimits.highestByteRate
    return ReadingLimits.whole(maxSeconds * (isRate ? byteRate : ReadingLimits.highestByteRate))
      + ReadingLimits.headerSize
  }

  /// Bytes of a second that are always enough.
  static let highestByteRate = 48_000.0 * 2 * 4
  /// Bytes that what is no sound may have, such as a picture in front of it.
  static let headerSize = 1 << 26

  /// A count that fits, so that sums and small products of it do as well.
  private static func whole(_ count: Double) -> Int { Int(min(count.rounded(.up), 0x1p60)) }
}
