import LHArchitectureFile
import LHSupernet
import LHSystem
import LHTestSupport
import Testing

@Suite struct LoadArchitectureTests {
  static let json = #"{"embed_dim": 384, "heads_num": 6, "ffn_ratio": 4.0, "layer_num": 12}"#

  /// The repository's own form, shortened by the layers' lists.
  static let yaml = """
    # Search space: heads_num * 64 == atten_dim & more, "quoted" or not
    supernet:
      atten_dim: 768
      ffn_ratio: 4.0
    search_space:
      embed_dim:
        - 256
        - 384
    subnet:
      atten_dim: [384, 384, 384, 384, 384, 384, 384, 384, 384, 384, 384, 384]
      embed_dim: 384
      ffn_ratio:
        - 4.0
        - 4.0
        - 4
        - 4
        - 4
        - 4
        - 4
        - 4
        - 4
        - 4
        - 4
        - 4
      ffn_embed: 1536 # of each layer
      heads_num: 6
      layer_num: 12
      slide_wsz: global
    """

  private func load(_ text: String, as name: String) throws -> Architecture {
    try withTemporaryFolder { folder in
      writeBytes(Array(text.utf8), to: folder + "/" + name)
      return try loadArchitecture(folder + "/" + name, fitting: ModelConfig())
    }
  }

  private func fault(_ text: String, as name: String) -> ArchitectureFileFault? {
    let fault = #expect(throws: ArchitectureFileFault.self) { try load(text, as: name) }
    #expect(fault?.description.contains("/\(name): ") == true, "names the file: \(fault?.description ?? "")")
    #expect(fault?.description.contains("\n") == false, "is one line")
    #expect(fault?.kind == .badData)
    return fault
  }

  @Test(arguments: Architecture.publishedNames) func takesNames(name: String) throws {
    #expect(try loadArchitecture(name, fitting: ModelConfig()) == Architecture(name: name))
  }

  @Test func aNameMustFitTheSupernetToo() {
    var config = ModelConfig()
    config.encoderLayers = 6
    let fault = #expect(throws: ArchitectureFileFault.self) { try loadArchitecture("base-max", fitting: config) }
    #expect(fault?.description == "base-max: layer_num is 12, expected 6, of the supernet's 6")
  }

  @Test(arguments: [
    (json, "a.json"), (json, "a.jsonl"), ("\n" + json + "\n\n", "a.jsonl"), (json, "a"), (json, "a.yaml"),
    ("{\"architecture\": \(json)}", "a.jsonl"), ("\u{feff}" + json, "a.json"),
    ("{embed_dim: 384, heads_num: 6, ffn_ratio: 4.0, layer_num: 12}", "a.yml"),
    ("{embed_dim: 384, heads_num: 6, ffn_ratio: 4.0, layer_num: 12} # enough? [1]: ? {}", "a.yml"),
    (yaml.replacing("&", with: "and").replacing("\"quoted\" ", with: ""), "a.yaml"),
    (yaml.replacing("\"quoted\" ", with: ""), "a.yaml"),
    (yaml.replacing("\"quoted\" ", with: ""), "a.conf"),
    (yaml.replacing(" & more", with: ""), "A.YAML"),
  ]) func readsEveryForm(text: String, name: String) throws {
    #expect(try load(text, as: name) == SearchSpace.small.defaultArchitecture)
  }

  @Test func tellsNamesFromFiles() throws {
    let unknown = #expect(throws: ArchitectureFileFault.self) { try loadArchitecture("small-median") }
    #expect(unknown == .invalid(.unknownArchitecture(name: "small-median")) && unknown?.kind == .usage)
    let missing = #expect(throws: ArchitectureFileFault.self) { try loadArchitecture("/nowhere/arch.json") }
    #expect(missing?.description == "/nowhere/arch.json: cannot be read: No such file or directory")
    #expect(missing?.kind == .missingInput)
    let folder = #expect(throws: ArchitectureFileFault.self) { try loadArchitecture("/") }
    #expect(folder?.description == "/: cannot be read: Is a directory" && folder?.kind == .missingInput)
  }

  @Test func refusesSeveralLines() {
    guard case .severalLines(_, 3)? = fault([Self.json, Self.json, Self.json].joined(separator: "\n"), as: "a.jsonl")
    else {
      Issue.record("expected severalLines")
      return
    }
  }

  @Test(arguments: ["a.json", "a"], ["", "{\"embed_dim\": }", "{\"embed_dim\": 1} x", "[1, 2"])
  func refusesBrokenJSON(name: String, text: String) {
    guard case .invalid(.notJSON)? = fault(text, as: name) else {
      Issue.record("expected notJSON")
      return
    }
  }

  @Test(arguments: [
    ("embed_dim: 384\nheads_num: 6\nembed_dim: 512", "the name embed_dim occurs a second time"),
    ("a: &x [1]\nb: *x", "has '&', expected no anchors and aliases; write the values out"),
    ("a: \"1\n # \" \nb: &x [1]", "has '&'"),
    ("a: # x\u{85}b: &x [1]", "has '&'"),
    ("b: *x", "undefined alias"),
    ("a: [1, 2", "did not find expected ',' or ']'"), ("a: b: c", "line 1: "),
    ("? [1, 2]\n: 3", "a list or a mapping for a name"), ("\u{feff}? [1, 2]\n: 3", "a list or a mapping for a name"),
    ("[1, 2] : 3", "a list or a mapping for a name"), ("{{a: 1}: 3}", "a list or a mapping for a name"),
    ("{?[1, 2]: 3}", "a list or a mapping for a name"), ("- ? a", "a list or a mapping for a name"),
    ("a: 1\n---\nb: 2", "another document"), ("a: \u{1}", "control characters are not allowed"),
    ("a: " + String(repeating: "[", count: 40) + String(repeating: "]", count: 40), "nested deeper than 32 levels"),
    (String(repeating: "[", count: 5000), "nesting"),
  ]) func refusesYAML(text: String, problem: String) {
    let fault = fault(text, as: "a.yaml")
    guard case .notYAML? = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
    #expect(fault?.description.contains(problem) == true, "\(fault?.description ?? "")")
  }

  @Test(arguments: [
    ("embed_dim: 384\nlayer_num: 12\nheads_num: \"6\"\nffn_embed: 1536", "heads_num is \"6\""),
    ("embed_dim: 384\nlayer_num: 12\nheads_num: 0x6\nffn_embed: 1536", "heads_num is \"0x6\""),
    ("embed_dim: 384\nlayer_num: 12\nheads_num: 6\nffn_ratio: .inf", "ffn_ratio is \".inf\""),
    ("embed_dim: ~\nlayer_num: 12\nheads_num: 6\nffn_embed: 1536", "embed_dim is null"),
    ("just words", "is \"just words\", expected an object"),
    ("", "is null, expected an object"),
  ]) func refusesYAMLThatIsNoArchitecture(text: String, problem: String) {
    #expect(fault(text, as: "a.yaml")?.description.contains(problem) == true)
  }

  @Test func refusesWhatIsTooLargeOrNotText() {
    guard case .tooLarge(_, 1 << 20)? = fault(String(repeating: " ", count: 1 << 20 + 1), as: "a.json"),
      case .tooLarge(_, 1 << 16)? = fault("a: " + String(repeating: "b", count: 1 << 16), as: "a.yaml")
    else {
      Issue.record("expected tooLarge")
      return
    }
    withTemporaryFolder { folder in
      writeBytes([0x7b, 0xff, 0x7d], to: folder + "/a.json")
      #expect(throws: ArchitectureFileFault.notText(source: folder + "/a.json")) {
        try loadArchitecture(folder + "/a.json")
      }
    }
  }
}
