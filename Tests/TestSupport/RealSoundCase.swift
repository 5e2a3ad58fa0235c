/// A line of Fixtures/real/sound.tsv: a sound file as people have it, and what is wanted of it.
public struct RealSoundCase: Sendable {
  /// Its name in Fixtures/real/sound.
  public let file: String
  /// Whether it is read; otherwise it is refused.
  public let isRead: Bool
  /// Samples at 16 kHz.
  public let count: Int
  /// The file with the original.
  public let truth: String
  /// Where the original's first sample stands; twice where it is in it twice.
  public let places: [Int]
  /// The least correlation with the original, where both are.
  public let correlation: Double
  /// The largest relative error of features beside those of the original; nil where they cannot be compared.
  public let featureError: Double?
  /// What notes, or the refusal, have in them.
  public let words: [String]

  /// The folder of the files.
  public static let folder = Fixture.folder + "real/sound/"

  /// All of them.
  public static let all = String(decoding: readBytes(Fixture.folder + "real/sound.tsv"), as: UTF8.self)
    .split(separator: "\n").dropFirst().map(RealSoundCase.init)

  private init(_ line: Substring) {
    let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    file = columns[0]
    isRead = columns[1] == "read"
    count = Int(columns[2]) ?? 0
    truth = columns[3]
    places = columns[4].split(separator: ",").compactMap { Int($0) }
    correlation = Double(columns[5]) ?? 0
    featureError = Double(columns[6])
    words = columns[7].split(separator: "|").map(String.init)
  }
}
