/// What ffmpeg prints when something is wrong, as the reason in a fault.
enum FFmpegMessage {
  /// The first line that says something; nil when there is none.
  static func reason(_ messages: [UInt8]) -> String? {
    for line in messages.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
      let text = withoutPrefixes(printable(line))
      guard !text.isEmpty else { continue }
      if let meaning = meanings.first(where: { text.hasPrefix($0.start) })?.meaning { return meaning }
      return text.unicodeScalars.count > longest
        ? String(String.UnicodeScalarView(text.unicodeScalars.prefix(longest))) + "..." : text
    }
    return nil
  }

  /// Messages that only those understand who know the arguments that ffmpeg was given.
  private static let meanings: [(start: String, meaning: String)] = [
    ("Format not on whitelist", "it is no recording, but for example a playlist, which names other files"),
    ("Stream map '", "it has no audio stream"),
    ("End of file", "it ends before any sound"),
  ]

  private static let longest = 200

  /// The line without control characters: what it quotes comes from the file.
  private static func printable(_ line: ArraySlice<UInt8>) -> Substring {
    let text = String(decoding: line, as: UTF8.self)
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: text.unicodeScalars.filter { $0.properties.generalCategory != .control })
    return Substring(String(scalars))
  }

  /// Without what stands in front: "[mp3 @ 0x5581bc]", whose number differs each time, and the names that ffmpeg has
  /// for its standard input.
  private static func withoutPrefixes(_ line: Substring) -> String {
    var text = line.drop { $0 == " " }
    while true {
      if text.hasPrefix("["), let end = text.firstIndex(of: "]"), text[..<end].contains(" @ 0x") {
        text = text[text.index(after: end)...]
      } else if let url = [FFmpeg.fileURL, FFmpeg.pipeURL].first(where: { text.hasPrefix($0 + ": ") }) {
        text = text.dropFirst(url.count + 2)
      } else if text.hasPrefix(" ") {
        text = text.dropFirst()
      } else {
        return String(text)
      }
    }
  }
}
