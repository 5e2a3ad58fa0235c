public import ArgumentParser

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
