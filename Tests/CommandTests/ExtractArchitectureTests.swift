import LHJSON
import LHTestSupport
import Testing

@Suite struct ExtractArchitectureTests {
  let tiny = Fixture.path("golden/tiny.pt")

  private static let fields = #""embed_dim": 64, "heads_num": [1,1,1,1,1,1], "layer_num": 6"#
  private static let ffn = #""ffn_embed": [192,192,192,192,192,192]"#
  private static let yaml = """
    # A subnet
    subnet:
      embed_dim: 64
      heads_num: [1, 1, 1, 1, 1, 1]
      ffn_embed: [192, 192, 192, 192, 192, 192]
      layer_num: 6

    """

  @Test(arguments: [
    ("a.json", "{\(fields), \(ffn)}"),
    ("a.jsonl", "{\"score\": 1.5, \"subnet\": {\(fields), \(ffn)}}\n"),
    ("b.json", "{\"architecture\": {\(fields), \(ffn)}}"),
    ("ratio.json", "{\(fields), \"ffn_ratio\": [3,3,3,3,3,3]}"),
    ("a.yaml", yaml), ("a", yaml),
  ])
  func `Every form of an architecture gives the same subnet`(name: String, text: String) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/\(name)"
      writeBytes(Array(text.utf8), to: path)
      let date = ["SOURCE_DATE_EPOCH": "0"]
      func extract(_ architecture: String, _ target: String, input: String = "/dev/null") throws -> [UInt8] {
        let result = runProgram(
          "lhb-extract", ["--arch", architecture, tiny, "\(folder)/\(target).lhb"], input: input, environment: date)
        try #require(result.status == 0, "\(result.errors)")
        return readBytes("\(folder)/\(target).lhb")
      }
      let expected = try extract(Fixture.path("golden/arch-min.json"), "expected")
      #expect(try extract(path, "file") == expected)
      #expect(try extract("-", "input", input: path) == expected)
    }
  }

  @Test func `A published architecture that does not fit is refused with every violation`() {
    withTemporaryFolder { folder in
      let result = runProgram("lhb-extract", ["--arch", "small-default", tiny, folder + "/a.lhb"])
      #expect(result.status == 65 && result.output.isEmpty)
      for words in ["small-default", "embed_dim", "heads_num[0]", "heads_num[11]", "128"] {
        #expect(result.errors.contains(words), "\(result.errors)")
      }
      #expect(result.errors.split(separator: "\n").count == 1 && filesInFolder(folder) == [])
    }
  }

  @Test func `A name that is none lists the names`() {
    withTemporaryFolder { folder in
      let result = runProgram("lhb-extract", ["--arch", "small-large", tiny, folder + "/a.lhb"])
      #expect(result.status == 64 && result.errors.contains("small-large") && result.errors.contains("base-max"))
      #expect(result.errors.split(separator: "\n").count == 1 && filesInFolder(folder) == [])
    }
  }
}
