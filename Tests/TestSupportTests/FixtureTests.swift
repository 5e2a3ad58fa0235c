import TestSupport
import Testing

@Suite struct FixtureTests {
  @Test(arguments: [
    ("tiny.pt", 10_298_376), ("tiny-fp16.pt", 5_184_901), ("tiny-legacy.pt", 10_278_560),
    ("tiny-layernorm.pt", 10_324_385), ("tiny-deeppos.pt", 10_183_781),
  ])
  func `A checkpoint unpacks to its own size`(name: String, size: Int) {
    #expect(readBytes(Fixture.path("golden/\(name)")).count == size)
  }

  @Test func `A fixture that is not packed stays where it is`() {
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
