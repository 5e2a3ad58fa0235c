import Glibc

/// Values that the system tells in lines of text, each a name, a colon and a value.
enum SystemText {
  /// The first value of a name in a file of the system; nil where there is none.
  static func value(of name: String, in path: String) -> String? {
    // Files of the system have no length, so this one cannot be mapped.
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 512)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      guard text.hasPrefix(name), let colon = text.firstIndex(of: ":") else { continue }
      return String(text[text.index(after: colon)...].drop { " \t".contains($0) }.prefix { $0 != "\n" })
    }
    return nil
  }

  /// The processor's name; "unknown" where the system gives none.
  static var processor: String { value(of: "model name", in: "/proc/cpuinfo") ?? "unknown" }
}
