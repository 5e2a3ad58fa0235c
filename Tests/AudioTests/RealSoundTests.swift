import Glibc
import LHAudio
import LHSystem
import LHTestSupport
import Testing

/// Files as people really have them (Fixtures/real/README.md): each is read, with the samples of the original at their
/// place, or refused in words that say what it is and what to do.
@Suite struct RealSoundTests {
  @Test func `The table has what the folder has`() {
    #expect(RealSoundCase.all.map(\.file).sorted() == filesInFolder(RealSoundCase.folder).sorted())
  }

  @Test(arguments: RealSoundCase.all) func `A real file is read whole, or refused in words that help`(
    row: RealSoundCase
  ) throws {
    let path = RealSoundCase.folder + row.file
    let recording: Recording
    do throws(AudioFault) {
      recording = try Recording(of: .file(path: path))
    } catch {
      #expect(!row.isRead, "\(error)")
      #expect(error.kind == .badData && !error.description.contains("\n"))
      for word in row.words { #expect(error.description.contains(word), "\(error)") }
      return
    }
    #expect(row.isRead, "\(row.file) was read")
    try compare(recording, row)
    let piped = try withPipe(of: readBytes(path)) { try Recording(of: .file(path: $0)) }
    #expect(piped.samples == recording.samples && piped.remarks == recording.remarks)
  }

  private func compare(_ recording: Recording, _ row: RealSoundCase) throws {
    #expect(recording.samples.count == row.count, "\(row.file): \(recording.samples.count) samples")
    let notes = recording.remarks.map(\.description).joined(separator: "\n")
    for word in row.words { #expect(notes.contains(word), "\(row.file): \(notes)") }
    guard !row.truth.isEmpty else { return }
    let truth = try Recording(of: .file(path: RealSoundCase.folder + row.truth)).samples
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
