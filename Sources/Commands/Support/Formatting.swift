/// Numbers as people read them.
public enum Formatting {
  /// A whole number with commas, for example 26,873,600.
  public static func grouped(_ number: Int) -> String {
    var text = ""
    for (index, digit) in String(number.magnitude).reversed().enumerated() {
      if index > 0 && index.isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return (number < 0 ? "-" : "") + String(text.reversed())
  }

  /// A size in decimal units, for example "53.8 MB".
  public static func size(_ byteCount: Int) -> String {
    byteCount < 1000 ? "\(byteCount) bytes" : scaled(byteCount) + "B"
  }

  /// A count in decimal units, for example "3.54 G".
  public static func count(_ number: Int) -> String { number < 1000 ? "\(number)" : scaled(number) }

  /// A small number with three significant digits, for example "0.0316".
  public static func ratio(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    guard value != 0 else { return "0" }
    var power = 1.0
    while abs(value) * power < 100 { power *= 10 }
    return "\((value * power).rounded() / power)"
  }

  /// A number with a fixed count of decimals, for example "12.50"; "inf" and "nan" where it is no such number.
  public static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return "\(value)" }
    var power = 1.0
    for _ in 0..<decimals { power *= 10 }
    let digits = String(Int((value * power).rounded().magnitude))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = value < 0 ? "-" : ""
    return decimals == 0 ? sign + digits : sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }

  /// How many times as large something is, at most a thousand, for example "13.1".
  public static func factor(_ number: Double) -> String { significant(number) }

  /// A part of one with two decimals, for example "0.72 %".
  public static func percentage(_ part: Double) -> String {
    let hundredths = Int((part * 10_000).rounded())
    let decimals = String(hundredths % 100)
    return "\(hundredths / 100).\(decimals.count < 2 ? "0" : "")\(decimals) %"
  }

  /// Three digits and the unit's prefix.
  private static func scaled(_ number: Int) -> String {
    var value = Double(number)
    var prefixes = ["", "k", "M", "G", "T", "P", "E"][...]
    // 999.5 would be shown as 1000.
    while value >= 999.5, prefixes.count > 1 {
      value /= 1000
      prefixes = prefixes.dropFirst()
    }
    return "\(significant(value)) \(prefixes.first ?? "")"
  }

  /// Three significant digits of a number from 1 to 1000.
  private static func significant(_ value: Double) -> String {
    let decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0
    let power = [1.0, 10, 100][decimals]
    let rounded = (value * power).rounded()
    guard decimals > 0 else { return "\(Int(rounded))" }
    let fraction = String(Int(rounded) % Int(power))
    return "\(Int(rounded) / Int(power))." + String(repeating: "0", count: decimals - fraction.count) + fraction
  }
}
