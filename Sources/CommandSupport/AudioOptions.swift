public import ArgumentParser

/// What the programs that read sound let the user limit.
public struct AudioOptions: ParsableArguments {
  /// The longest recording.
  @Option(
    help: ArgumentHelp(
      "Refuse audio that lasts longer, such as 90m or 1.5h.",
      discussion: "A number with h, m or s; without a unit, seconds.", valueName: "duration"))
  public var maxDuration = DurationArgument(seconds: 6 * 3600)

  /// The longest wait.
  @Option(
    help: ArgumentHelp(
      "Give up when a pipe gives no byte for so long; 0 waits for ever.", valueName: "duration"))
  public var timeout = DurationArgument(seconds: 60)

  /// The defaults.
  public init() {}

  /// Makes sure that some audio is allowed.
  public func validate() throws {
    guard maxDuration.seconds > 0 else { throw ValidationError("--max-duration is 0, expected more, such as 6h") }
  }
}

/// A time on the command line: "6h", "90m", "30s", "1.5h", or seconds.
public struct DurationArgument: ExpressibleByArgument, CustomStringConvertible, Equatable, Sendable {
  /// Seconds, finite, 0 or more.
  public let seconds: Double

  /// So many seconds.
  public init(seconds: Double) { self.seconds = seconds }

  /// Nil when the text is no duration, or one above ten thousand hours.
  public init?(argument: String) {
    let units: [Character: Double] = ["h": 3600, "m": 60, "s": 1]
    let unit = argument.last.flatMap { units[$0] }
    let number = unit == nil ? argument[...] : argument.dropLast()
    // Double reads more than decimals: signs, exponents, hexadecimal digits, words.
    guard number.utf8.allSatisfy({ (48...57).contains($0) || $0 == 46 }), let value = Double(number) else { return nil }
    seconds = value * (unit ?? 1)
    guard seconds <= DurationArgument.longest else { return nil }
  }

  /// In the largest unit that gives a whole number.
  public var description: String {
    for (unit, size) in [("h", 3600.0), ("m", 60)] where seconds >= size && seconds.remainder(dividingBy: size) == 0 {
      return "\(Int(seconds / size))\(unit)"
    }
    return seconds == seconds.rounded() ? "\(Int(seconds))s" : "\(seconds)s"
  }

  /// The text that means this.
  public var defaultValueDescription: String { description }

  private static let longest = 10_000 * 3600.0
}
