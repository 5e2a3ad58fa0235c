import Glibc

extension Provenance {
  /// The present moment in UTC, or the one that `SOURCE_DATE_EPOCH` gives, so that the same input gives the same bytes
  /// (reproducible-builds.org/specs/source-date-epoch).
  public static func presentDate() throws(SubnetFileFault) -> String {
    guard let setting = getenv("SOURCE_DATE_EPOCH").map({ String(cString: $0) }), !setting.isEmpty else {
      return date(secondsSince1970: time(nil))
    }
    guard let seconds = Int(setting), (0...lastSecond).contains(seconds) else { throw .wrongSourceDate(setting) }
    return date(secondsSince1970: seconds)
  }

  /// The last second of the year 9999.
  private static let lastSecond = 253_402_300_799

  package static func date(secondsSince1970 seconds: Int) -> String {
    var moment: time_t = min(max(seconds, 0), lastSecond)
    var parts = tm()
    gmtime_r(&moment, &parts)
    func digits(_ number: Int32, _ count: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
    return digits(parts.tm_year + 1900, 4) + "-" + digits(parts.tm_mon + 1, 2) + "-" + digits(parts.tm_mday, 2) + "T"
      + digits(parts.tm_hour, 2) + ":" + digits(parts.tm_min, 2) + ":" + digits(parts.tm_sec, 2) + "Z"
  }
}
