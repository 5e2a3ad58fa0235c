/// The header of an AU stream as ffmpeg writes it to a pipe: big-endian words, then text up to where the samples begin.
struct FFmpegHeader: Equatable {
  /// Offset of the first sample.
  let byteCount: Int
  let sampleRate: Int
  let channelCount: Int

  /// Bytes of the words: the magic, the offset, the size of the samples, the encoding, rate and channels.
  static let wordsSize = 24

  /// A header that is not the expected one.
  struct Problem: Error {
    /// What the program did, for "wrote ...".
    let text: String
  }

  /// Reads the words of a header of float32 samples.
  init(_ bytes: [UInt8]) throws(Problem) {
    guard bytes.count >= FFmpegHeader.wordsSize, bytes.starts(with: ".snd".utf8) else {
      throw Problem(text: "wrote no AU header")
    }
    let words = (0..<6).map { index in bytes[4 * index..<4 * index + 4].reduce(0) { $0 << 8 | Int($1) } }
    guard words[3] == FFmpegHeader.float32 else { throw Problem(text: "wrote AU with encoding \(words[3])") }
    guard (FFmpegHeader.wordsSize...FFmpegHeader.largest).contains(words[1]) else {
      throw Problem(text: "wrote AU with samples at byte \(words[1])")
    }
    guard (1...FFmpegHeader.mostChannels).contains(words[5]) else {
      throw Problem(text: "wrote AU with \(words[5]) channels")
    }
    byteCount = words[1]
    sampleRate = words[4]
    channelCount = words[5]
  }

  private static let float32 = 6
  private static let largest = 1 << 16
  /// As many as libsndfile takes.
  private static let mostChannels = 1024
}
