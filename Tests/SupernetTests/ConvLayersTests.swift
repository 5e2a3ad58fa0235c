import LHConfiguration
import LHJSON
import LHSupernet
import LHSupernetCheckpoint
import Testing

@Suite struct ConvLayersTests {
  private func layers(_ value: JSONValue) throws -> [[Int]] {
    let configuration = JSONValue.object(["model": .object(["conv_feature_layers": value])])
    return try ModelConfig(checkpointConfiguration: configuration).convLayers.map {
      [$0.channels, $0.kernel, $0.stride]
    }
  }

  @Test(arguments: [
    (
      "[(512,10,5)] + [(512,3,2)] * 4 + [(512,2,2)] * 2",
      ConvLayer.published.map { [$0.channels, $0.kernel, $0.stride] }
    ),
    ("[(32, 10, 5), (16,3,2,)]", [[32, 10, 5], [16, 3, 2]]),
    (" 2 * [ [8,3,2] ]\n+ [(8, 1+1, 2*1)]", [[8, 3, 2], [8, 3, 2], [8, 2, 2]]),
    ("([(4,2,1)])", [[4, 2, 1]]),
    ("((4,2,1),) * 2", [[4, 2, 1], [4, 2, 1]]),
    ("[(4,2,1)] + [(9,9,9)] * 0", [[4, 2, 1]]),
    ("[(4,2,1)] + [] * 1000000", [[4, 2, 1]]),
    ("[(1, 1, 1)] * 64", Array(repeating: [1, 1, 1], count: 64)),
  ]) func reads(text: String, expected: [[Int]]) throws {
    #expect(try layers(.string(text)) == expected)
  }

  @Test func readsListsToo() throws {
    #expect(try layers(.array([.array([.integer(4), .integer(2), .integer(1)])])) == [[4, 2, 1]])
  }

  /// Position, found and expected of the error.
  @Test(arguments: [
    ("", 0, "its end", "a number, '[' or '('"),
    ("[(512,10,5)", 11, "its end", "',' or ']'"),
    ("[(512,10,5)]]", 12, "']'", "'+', '*' or the end"),
    ("[(512,10,5)] - [(1,1,1)]", 13, "'-'", "'+', '*' or the end"),
    ("__import__('os')", 0, "'_'", "a number, '[' or '('"),
    ("[(512,-10,5)]", 6, "'-'", "a number, '[' or '('"),
    ("[(512,10)]", 0, "a tuple of 2 as layer 0", "(channels, kernel, stride)"),
    ("[512]", 0, "the number 512 as layer 0", "(channels, kernel, stride)"),
    ("512", 0, "the number 512", "a list of (channels, kernel, stride)"),
    ("[]", 0, "a list of 0", "a list of (channels, kernel, stride)"),
    ("[(1,1,1)] + 3", 11, "the number 3", "the same kind as left of '+', a list of 1"),
    ("[(1,1,1)] + ((1,1,1),)", 11, "a tuple of 1", "the same kind as left of '+', a list of 1"),
    ("[(1,1,1)] * [2]", 11, "a list of 1", "a number, to repeat a list of 1"),
    ("[(1,1,1)] * 65", 11, "too many elements", "at most 64 layers"),
    ("[(1,1,1)] * 8 * 9", 15, "too many elements", "at most 64 layers"),
    ("[(1,1,1)] * 64 * 999999 * 999999", 16, "too many elements", "at most 64 layers"),
    ("[(99999999999999999999999,1,1)]", 2, "a number that is too large", "at most 1000000"),
    ("[(1000000*1000000,1,1)]", 10, "a number that is too large", "at most 1000000"),
    (String(repeating: "(", count: 1000), 16, "another bracket", "at most 16 inside each other"),
  ]) func refuses(text: String, position: Int, found: String, expected: String) {
    #expect(
      throws: SubnetFault.malformedConvLayers(text: text, position: position, found: found, expected: expected)
    ) { try layers(.string(text)) }
  }

  @Test func refusesLongTexts() {
    let text = "[(1,1,1)]" + String(repeating: " + [(1,1,1)]", count: 100_000)
    let error = #expect(throws: SubnetFault.self) { try layers(.string(text)) }
    // The text itself is not in the message at its full length.
    #expect((error?.description.count ?? 0) < 300)
  }

  @Test(arguments: ["[(0,1,1)]", "[(1,0,1)]", "[(1,1,0)]", "[(65537,1,1)]", "[(1,4097,1)]", "[(1,2,2)] * 30"])
  func refusesSizes(text: String) {
    #expect(throws: SubnetFault.self) { try layers(.string(text)) }
  }
}
