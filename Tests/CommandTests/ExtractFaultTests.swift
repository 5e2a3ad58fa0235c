import Glibc
import LHJSON
import LHTestSupport
import Testing

@Suite struct ExtractFaultTests {
  let tiny = Fixture.path("golden/tiny.pt")
  let minimal = Fixture.path("golden/arch-min.json")

  /// Runs lhb-extract and expects one line that names `file`, the status, and nothing new in `folder`.
  private func expectFault(
    _ status: Int32, _ arguments: [String], naming words: [String], in folder: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let before = filesInFolder(folder)
    let result = runProgram("lhb-extract", arguments)
    #expect(result.status == status, "\(result.errors)", sourceLocation: sourceLocation)
    #expect(result.output.isEmpty, sourceLocation: sourceLocation)
    let lines = result.errors.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 2 && lines.last == "", "\(result.errors)", sourceLocation: sourceLocation)
    #expect(result.errors.hasPrefix("lhb-extract: error: "), "\(result.errors)", sourceLocation: sourceLocation)
    for word in words { #expect(result.errors.contains(word), "\(result.errors)", sourceLocation: sourceLocation) }
    #expect(filesInFolder(folder) == before, sourceLocation: sourceLocation)
  }

  @Test(arguments: [
    [], ["in.pt"], ["in.pt", "out.lhb", "more"], ["--arch", "small-min"], ["--arch", "small-min", "in.pt"],
    ["--arch", "small-min", "in.pt", "out.lhb", "more"], ["--unknown", "--arch", "small-min", "in.pt", "out.lhb"],
    ["--arch", "small-min", "--compress", "20", "in.pt", "out.lhb"],
    ["--arch", "small-min", "--compress", "-1", "in.pt", "out.lhb"],
    ["--arch", "small-min", "--compress", "much", "in.pt", "out.lhb"],
    ["--arch", "small-min", "--weights", "int4", "in.pt", "out.lhb"],
  ])
  func `A wrong argument is a fault of usage`(arguments: [String]) {
    withTemporaryFolder { folder in expectFault(64, arguments, naming: ["--help"], in: folder) }
  }

  @Test func `The checkpoint itself is not a place for the output`() {
    withTemporaryFolder { folder in
      expectFault(64, ["--arch", minimal, "--force", tiny, tiny], naming: [tiny], in: folder)
    }
  }

  @Test(
    arguments: [
      ("text", Array("not a checkpoint\n".utf8)), ("empty", []),
      ("png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d] + Array("IHDR".utf8)),
      ("safetensors", [2, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8)),
      ("zip-bytes", [0x50, 0x4b, 3, 4]), ("pickle-bytes", [0x80, 2, 0x7d, 0x2e]),
      ("wave", Array("RIFF\0\0\0\0WAVE".utf8)),
    ] as [(String, [UInt8])])
  func `What is no checkpoint is bad data`(name: String, bytes: [UInt8]) {
    withTemporaryFolder { folder in
      let path = "\(folder)/\(name).pt"
      writeBytes(bytes, to: path)
      expectFault(65, ["--arch", minimal, path, folder + "/out.lhb"], naming: [path], in: folder)
    }
  }

  @Test(arguments: ["golden/tiny.pt", "golden/tiny-legacy.pt"])
  func `A truncated checkpoint is bad data`(checkpoint: String) {
    let whole = readBytes(Fixture.path(checkpoint))
    withTemporaryFolder { folder in
      let path = folder + "/cut.pt"
      for count in [1, 100, 5_000, whole.count / 3, whole.count - 100_000, whole.count - 1] {
        writeBytes(Array(whole[..<count]), to: path)
        expectFault(65, ["--arch", minimal, path, folder + "/out.lhb"], naming: [path], in: folder)
      }
    }
  }

  @Test func `An input that is missing or a folder cannot be read`() {
    withTemporaryFolder { folder in
      let (output, missing) = (folder + "/out.lhb", folder + "/missing.pt")
      expectFault(66, ["--arch", minimal, missing, output], naming: [missing, "No such file"], in: folder)
      expectFault(66, ["--arch", minimal, folder, output], naming: [folder], in: folder)
      expectFault(66, ["--arch", minimal, tiny + "/in.pt", output], naming: [tiny + "/in.pt"], in: folder)
      let architecture = folder + "/missing.json"
      expectFault(66, ["--arch", architecture, tiny, output], naming: [architecture, "No such file"], in: folder)
      expectFault(66, ["--arch", folder, tiny, output], naming: [folder], in: folder)
    }
  }

  @Test(arguments: [
    ("a.json", "{\"embed_dim\": 64,", "a.json"), ("a.yaml", "embed_dim: [1, 2", "a.yaml"), ("a.json", "", "a.json"),
    ("a.json", "[1]", "a.json"), ("a.json", "{}", "layer_num is missing"),
    ("a.yaml", "a: &b 1\nc: *b\n", "anchors"), ("a.json", "{\"subnet\": 3}", "subnet"),
    (
      "a.json", #"{"embed_dim": 65, "heads_num": [9], "ffn_embed": [192], "layer_num": 1}"#, "heads_num[0] is 9"
    ),
  ])
  func `A broken architecture, or one that does not fit, is bad data`(name: String, text: String, words: String) {
    withTemporaryFolder { folder in
      let path = "\(folder)/\(name)"
      writeBytes(Array(text.utf8), to: path)
      expectFault(65, ["--arch", path, tiny, folder + "/out.lhb"], naming: [path, words], in: folder)
    }
  }

  @Test func `Output that cannot be made`() {
    withTemporaryFolder { folder in
      let nowhere = folder + "/missing/out.lhb"
      expectFault(73, ["--arch", minimal, tiny, nowhere], naming: [nowhere], in: folder)
      expectFault(73, ["--arch", minimal, tiny, folder], naming: [folder], in: folder)
      expectFault(73, ["--arch", minimal, "--force", tiny, folder], naming: [folder], in: folder)
      expectFault(73, ["--arch", minimal, "--force", tiny, "/dev/full"], naming: ["/dev/full"], in: folder)
    }
  }

  @Test(
    .disabled(if: Sanitizer.isActive, "a sanitizer writes files of its own"),
    arguments: ["--weights f32", "--compress 3", "--force"])
  func `A full disk is an error of output that leaves nothing`(options: String) {
    withTemporaryFolder { folder in
      let path = folder + "/out.lhb"
      if options == "--force" { writeBytes([1, 2, 3], to: path) }
      let before = filesInFolder(folder)
      let result = runShell(
        "ulimit -f 100; lhb-extract --arch \"$1\" \(options) \"$2\" \"$3\"", [minimal, tiny, path])
      #expect(result.status == 74 && result.output.isEmpty, "\(result.errors)")
      #expect(result.errors.contains(path) && result.errors.split(separator: "\n").count == 1, "\(result.errors)")
      #expect(filesInFolder(folder) == before)
      if options == "--force" { #expect(readBytes(path) == [1, 2, 3]) }
    }
  }

  @Test func `A sound small supernet is cut`() {
    withTemporaryFolder { folder in
      SmallSupernet().write(to: folder + "/in.pt")
      writeBytes(Array(SmallSupernet.architecture.utf8), to: folder + "/a.json")
      let result = runProgram("lhb-extract", ["--arch", folder + "/a.json", folder + "/in.pt", folder + "/out.lhb"])
      #expect(result.status == 0, "\(result.errors)")
    }
  }

  @Test(arguments: [
    ("missing", ["encoder.layers.0.fc1.weight", "missing"]),
    ("shape", ["post_extract_proj.weight", "[8, 64]", "[64, 8]"]),
    ("extractor", ["extractor_mode", "group norm", "default"]),
    ("activation", ["activation_fn", "swish"]),
    ("convolutions", ["conv_feature_layers"]),
    ("huge", ["encoder_embed_dim"]),
  ])
  func `Tensors and configuration that do not go together are bad data`(spoiling: String, words: [String]) {
    withTemporaryFolder { folder in
      let path = folder + "/in.pt"
      var supernet = SmallSupernet()
      switch spoiling {
      case "missing": supernet.tensors.removeAll { $0.name == "encoder.layers.0.fc1.weight" }
      case "shape":
        let place = supernet.tensors.firstIndex { $0.name == "post_extract_proj.weight" } ?? 0
        supernet.tensors[place].shape = [8, 64]
      case "extractor": supernet.model["extractor_mode"] = .string("layer_norm")
      case "activation": supernet.model["activation_fn"] = .string("swish")
      case "convolutions": supernet.model["conv_feature_layers"] = .string("[(8, 10, 5)] * open('x')")
      default: supernet.model["encoder_embed_dim"] = .integer(Int.max)
      }
      supernet.write(to: path)
      writeBytes(Array(SmallSupernet.architecture.utf8), to: folder + "/a.json")
      expectFault(
        65, ["--arch", folder + "/a.json", path, folder + "/out.lhb"], naming: [path] + words, in: folder)
    }
  }

  @Test(arguments: [
    ("nan", "auto", ["encoder.layers.0.fc1.weight", "nan", "finite"]),
    ("large", "f16", ["encoder.layers.0.fc1.weight", "float16", "--weights"]),
    ("zero", "auto", ["encoder.pos_conv.0.weight", "length 0"]),
    ("integers", "auto", ["encoder.layers.0.fc1.weight", "int64"]),
  ])
  func `Weights that no subnet can have are bad data`(spoiling: String, weights: String, words: [String]) {
    withTemporaryFolder { folder in
      let path = folder + "/in.pt"
      var supernet = SmallSupernet()
      let name = "encoder.layers.0.fc1.weight"
      switch spoiling {
      case "nan": supernet.constants[name] = .nan
      case "large": supernet.constants[name] = 1e6
      case "zero": supernet.constants["encoder.pos_conv.0.weight_v"] = 0
      default: supernet.integerTensor = name
      }
      supernet.write(to: path)
      writeBytes(Array(SmallSupernet.architecture.utf8), to: folder + "/a.json")
      expectFault(
        65, ["--arch", folder + "/a.json", "--weights", weights, path, folder + "/out.lhb"],
        naming: [path] + words, in: folder)
    }
  }

  @Test(arguments: ["auto", "f32", "f16", "bf16"], [Float.nan, .infinity])
  func `NaN and infinities are taken when they are asked for`(weights: String, value: Float) {
    withTemporaryFolder { folder in
      let path = folder + "/in.pt"
      var supernet = SmallSupernet()
      supernet.constants["encoder.layers.0.fc1.weight"] = value
      supernet.write(to: path)
      writeBytes(Array(SmallSupernet.architecture.utf8), to: folder + "/a.json")
      let arguments = ["--arch", folder + "/a.json", "--weights", weights, path, folder + "/out.lhb"]
      expectFault(65, arguments, naming: [path, "fc1.weight", "--allow-nonfinite"], in: folder)
      let result = runProgram("lhb-extract", ["--allow-nonfinite"] + arguments)
      #expect(result.status == 0 && result.errors.contains("written"), "\(result.errors)")
    }
  }

  @Test func `Int8 has no NaN, and no norm may be 0 whatever is allowed`() {
    withTemporaryFolder { folder in
      let path = folder + "/in.pt"
      var supernet = SmallSupernet()
      supernet.constants["encoder.pos_conv.0.weight_v"] = 0
      supernet.write(to: path)
      writeBytes(Array(SmallSupernet.architecture.utf8), to: folder + "/a.json")
      let arguments = ["--allow-nonfinite", "--arch", folder + "/a.json", path, folder + "/out.lhb"]
      expectFault(65, arguments, naming: [path, "length 0"], in: folder)
      let result = runProgram("lhb-extract", ["--weights", "int8"] + arguments)
      #expect(result.status == 64 && result.errors.contains("--allow-nonfinite"), "\(result.errors)")
    }
  }

  @Test func `The environment can be wrong too`() {
    withTemporaryFolder { folder in
      let date = runProgram(
        "lhb-extract", ["--arch", minimal, tiny, folder + "/out.lhb"], environment: ["SOURCE_DATE_EPOCH": "today"])
      #expect(date.status == 64 && date.errors.contains("SOURCE_DATE_EPOCH"), "\(date.errors)")
      #expect(filesInFolder(folder) == [])
      writeBytes([1], to: folder + "/file")
      let data = runProgram(
        "lhb-extract", ["--arch", minimal, "--default", tiny], environment: ["XDG_DATA_HOME": folder + "/file"])
      #expect(data.status == 73 && data.errors.contains(folder + "/file"), "\(data.errors)")
      #expect(data.errors.split(separator: "\n").count == 1 && filesInFolder(folder) == ["file"])
    }
  }
}
