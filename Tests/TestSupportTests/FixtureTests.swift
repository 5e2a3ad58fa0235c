import LHSystem
import LHTestSupport
import Testing

@Suite struct FixtureTests {
  /// (digest, name) of each golden file when unpacked.
  static let digests: [(String, String)] =
    String(decoding: readBytes(Fixture.path("golden/SHA256SUMS")), as: UTF8.self).split(separator: "\n")
    .map { line in (String(line.prefix(64)), String(line.dropFirst(66))) }

  @Test(arguments: digests)
  func `A golden file unpacks to what it was`(digest: String, name: String) {
    var sum = SHA256()
    readBytes(Fixture.path("golden/\(name)")).withUnsafeBytes { sum.update($0) }
    #expect(sum.hexadecimal() == digest)
  }

  @Test func `A fixture that is not packed stays where it is`() {
    #expect(Self.digests.count > 50)
    #expect(Fixture.path("golden/arch-min.json") == Fixture.folder + "golden/arch-min.json")
  }

  @Test(arguments: [
    ("tiny-max-speech-a.hidden_states", [13, 190, 128]), ("tiny-min-frames-1.hidden_states", [7, 1, 64]),
    ("tiny-layernorm-mixed-speech-b.last", [142, 96]), ("tiny-sliding-frames-2.encoder_input", [2, 96]),
  ])
  func `Expected values have the shapes of their cases`(name: String, shape: [Int]) throws {
    let array = try NumPyArray(path: Fixture.path("golden/expected/\(name).npy"))
    #expect(array.shape == shape)
    #expect(array.values.allSatisfy { $0.isFinite && abs($0) < 100 })
  }
}
