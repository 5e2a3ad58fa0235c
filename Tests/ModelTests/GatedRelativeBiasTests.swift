import LHModel
import Testing

/// Which row of WavLM's table belongs to a distance; the expected rows are the published code's.
@Suite struct GatedRelativeBiasTests {
  static let published = GatedRelativeBias(buckets: 320, maxDistance: 800, heads: 12)

  @Test(arguments: [
    (0, 0), (-1, 1), (-79, 79), (-80, 80), (-81, 80), (-100, 87), (-400, 135), (-799, 159), (-800, 159), (-5000, 159),
    (1, 161), (79, 239), (80, 240), (100, 247), (400, 295), (800, 319), (100_000, 319),
  ])
  func rowOfADistance(_ distance: Int, row: Int) {
    #expect(Self.published.bucket(of: distance) == row)
  }

  @Test func rowsRiseWithTheDistance() {
    let rows = (0...2000).map { Self.published.bucket(of: -$0) }
    #expect(zip(rows, rows.dropFirst()).allSatisfy(<=))
    #expect(Set(rows) == Set(0..<160))
  }
}
