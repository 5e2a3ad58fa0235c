import AudioFile
import Faults
import Glibc
import TestSupport
import Testing

/// Files as people really have them (Fixtures/real/README.md): each is read, with the samples of the original at their
/// place, or refused in words that say what it is and what to do.
@Suite struct RealSoundTests {
  static let root = Fixture.folder + "real/"

  /// A line of sound.tsv.
  struct Row: CustomTestStringConvertible {
    let file: String
    /// "read", or the kind of refusal.
    let wanted: String
    /// Samples at 16 kHz.
    let count: Int
    /// Of the original, of whose first sample `places` says where it stands.
    let truth: String
    let places: [Int]
    /// The least correlation with the original, where both are.
    let correlation: Double
    /// What notes, or the refusal, have in them.
    let words: [String]

    var testDescription: String { file }

    init(_ line: Substring) {
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      file = columns[0]
      wanted = columns[1]
      count = Int(columns[2]) ?? 0
      truth = columns[3]
      places = columns[4].split(separator: ",").compactMap { Int($0) }
      correlation = Double(columns[5]) ?? 0
      words = columns[6].split(separator: "|").map(String.init)
    }
  }

  static let rows = String(decoding: readBytes(root + "sound.tsv"), as: UTF8.self).split(separator: "\n").dropFirst()
    .map(Row.init)

  @Test func `The table has what the folder has`() {
    #expect(Self.rows.map(\.file).sorted() == filesInFolder(Self.root + "sound").sorted())
  }

  @Test(arguments: rows) func `A real file is read whole, or refused in words that help`(row: Row) throws {
    let path = Self.root + "sound/" + row.file
    let recording: Recording
    do throws(AudioFault) {
      recording = try Recording(of: .file(path: path))
    } catch {
      #expect(row.wanted != "read", "\(error)")
      #expect(error.kind == .badData && !error.description.contains("\n"))
      for word in row.words { #expect(error.description.contains(word), "\(error)") }
      return
    }
    #expect(row.wanted == "read", "\(row.file) was read")
    try compare(recording, row)
    let piped = try withPipe(of: readBytes(path)) { try Recording(of: .file(path: $0)) }
    #expect(piped.samples == recording.samples && piped.remarks == recording.remarks)
  }

  private func compare(_ recording: Recording, _ row: Row) throws {
    #expect(recording.samples.count == row.count, "\(row.file): \(recording.samples.count) samples")
    let notes = recording.remarks.map(\.description).joined(separator: "\n")
    for word in row.words { #expect(notes.contains(word), "\(row.file): \(notes)") }
    guard !row.truth.isEmpty else { return }
    let truth = try Recording(of: .file(path: Self.root + "sound/" + row.truth)).samples
    for place in row.places {
      let found = (place - 200...place + 200).map { (place: $0, value: correlation(recording.samples, truth, at: $0)) }
      let best = try #require(found.max { $0.value < $1.value })
      #expect(abs(best.place - place) <= 1, "\(row.file): the original stands at \(best.place), expected at \(place)")
      #expect(best.value >= row.correlation, "\(row.file): correlation \(best.value)")
    }
  }

  /// Of samples with the original whose first sample stands at `place`, where both are.
  private func correlation(_ samples: [Float], _ truth: [Float], at place: Int) -> Double {
    let range = max(0, place)..<max(max(0, place), min(samples.count, place + truth.count))
    var (product, first, second) = (0.0, 0.0, 0.0)
    for index in range {
      let (a, b) = (Double(samples[index]), Double(truth[index - place]))
      product += a * b
      first += a * a
      second += b * b
    }
    return product / max(1e-30, sqrt(first * second))
  }
}
