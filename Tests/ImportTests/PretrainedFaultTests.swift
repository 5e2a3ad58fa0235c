import Glibc
import LHFamilies
import LHImport
import LHJSON
import LHModel
import LHSystem
import LHTestSupport
import Testing

/// Hugging Face folders with a part missing or wrong.
@Suite struct PretrainedFaultTests {
  /// A copy of a folder of Fixtures/family, changed.
  private func changed(
    _ name: String, in folder: String, _ change: (String) throws -> Void
  ) throws -> String {
    let copy = folder + "/model"
    mkdir(copy, 0o700)
    for file in filesInFolder(FamilyFixture.folder + name) {
      writeBytes(readBytes("\(FamilyFixture.folder)\(name)/\(file)"), to: "\(copy)/\(file)")
    }
    try change(copy)
    return copy
  }

  private func fault(_ path: String) -> ExtractionFault? {
    do throws(ExtractionFault) {
      _ = try PretrainedModel(contentsOf: path)
      return nil
    } catch {
      return error
    }
  }

  private func expectFault(
    _ kind: FaultKind, _ words: String..., of name: String = "hubert-base", as part: String = "",
    _ change: (String) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let path = try changed(name, in: folder, change)
      let fault = fault(path + part)
      #expect(fault?.kind == kind, "\(fault?.description ?? "taken")")
      #expect(fault?.description.hasPrefix(path) == true, "\(fault?.description ?? "taken")")
      for word in words { #expect(fault?.description.contains(word) == true, "\(fault?.description ?? "taken")") }
    }
  }

  @Test func `A copy is taken`() throws {
    try withTemporaryFolder { folder in
      let path = try changed("hubert-base", in: folder) { _ in }
      #expect(fault(path) == nil)
    }
  }

  @Test func `Parts that are missing are named`() throws {
    try expectFault(.missingInput, "/config.json: is not there", "/model") { remove($0 + "/config.json") }
    try expectFault(.missingInput, "has no weights: looked for model.safetensors, model.safetensors.index.json") {
      remove($0 + "/model.safetensors")
    }
    try expectFault(.missingInput, "model-00002-of-00003.safetensors", of: "hubert-large") {
      remove($0 + "/model-00002-of-00003.safetensors")
    }
    try expectFault(.missingInput, "/config.json: is not there", as: "/model.safetensors") {
      remove($0 + "/config.json")
    }
    withTemporaryFolder { folder in
      #expect(fault(folder + "/none")?.kind == .missingInput)
      #expect(fault(folder)?.kind == .missingInput)
      #expect(fault(folder + "/none.index.json")?.kind == .missingInput)
    }
  }

  @Test(arguments: ["", "x", "[]", "{", "{\"model_type\":\"hubert\",\"model_type\":\"hubert\"}", "{}", "\u{0}", "null"])
  func `A configuration that is none is bad data`(text: String) throws {
    try expectFault(.badData) { writeBytes(Array(text.utf8), to: $0 + "/config.json") }
    guard text != "{}" else { return }
    try expectFault(.badData, "/preprocessor_config.json: ") {
      writeBytes(Array(text.utf8), to: $0 + "/preprocessor_config.json")
    }
  }

  /// transformers 5 saves a processor whole, and reads the feature extractor's settings there first.
  @Test func `A processor's settings count before the feature extractor's own`() throws {
    try withTemporaryFolder { folder in
      let path = try changed("hubert-base", in: folder) { _ in }
      let processor = path + "/processor_config.json"
      for (text, normalizes) in [
        ("{\"processor_class\": \"Wav2Vec2Processor\"}", false),
        ("{\"feature_extractor\": {\"do_normalize\": true, \"sampling_rate\": 16000}}", true),
        ("{\"audio_processor\": {\"do_normalize\": true}}", true),
      ] {
        writeBytes(Array(text.utf8), to: processor)
        #expect(try PretrainedModel(contentsOf: path).shape.normalizesWaveform == normalizes)
      }
      writeBytes(Array("{\"feature_extractor\": {\"sampling_rate\": 8000}}".utf8), to: processor)
      #expect(
        fault(path)?.description.contains("processor_config.json: feature_extractor.sampling_rate is 8000") == true)
    }
  }

  @Test func `A configuration that is too long is not read`() throws {
    try expectFault(.badData, "/config.json: has 1048577 bytes, expected at most 1048576") {
      writeBytes([UInt8](repeating: 0x20, count: (1 << 20) + 1), to: $0 + "/config.json")
    }
  }

  @Test func `A configuration that is a folder, a pipe or a loop is refused`() throws {
    try expectFault(.missingInput, "config.json") {
      remove($0 + "/config.json")
      mkdir($0 + "/config.json", 0o700)
    }
    try expectFault(.missingInput, "config.json") {
      remove($0 + "/config.json")
      symlink("config.json", $0 + "/config.json")
    }
    try expectFault(.missingInput, "preprocessor_config.json") {
      remove($0 + "/preprocessor_config.json")
      symlink("preprocessor_config.json", $0 + "/preprocessor_config.json")
    }
    try expectFault(.missingInput, "model.safetensors") {
      remove($0 + "/model.safetensors")
      symlink("nowhere", $0 + "/model.safetensors")
    }
  }

  @Test func `An index and its files must agree`() throws {
    func rewrite(_ folder: String, _ change: (inout JSONObject) -> Void) throws {
      let path = folder + "/model.safetensors.index.json"
      var map = try JSONValue(parsing: readBytes(path))["weight_map"]?.object ?? [:]
      change(&map)
      writeBytes(Array(JSONValue.object(["weight_map": .object(map)]).text().utf8), to: path)
    }
    let name = "encoder.layer_norm.weight"
    try expectFault(.badData, "index.json: the index has the tensor x in model-00001", "has it not", of: "hubert-large")
    {
      try rewrite($0) { $0["x"] = "model-00001-of-00003.safetensors" }
    }
    for other in (1...3).map({ "model-0000\($0)-of-00003.safetensors" }) {
      try withTemporaryFolder { folder in
        var isMoved = false
        let path = try changed("hubert-large", in: folder) {
          try rewrite($0) {
            isMoved = $0[name] != .string(other)
            $0[name] = .string(other)
          }
        }
        #expect((fault(path) != nil) == isMoved)
      }
    }
    try expectFault(.badData, "for a tensor, expected the name of a file beside it", of: "hubert-large") {
      try rewrite($0) { $0[name] = "../model-00001-of-00003.safetensors" }
    }
    // The same tensor in two files.
    try expectFault(.badData, " in ", of: "hubert-large") { folder in
      let first = folder + "/model-00001-of-00003.safetensors"
      writeBytes(readBytes(first), to: folder + "/copy.safetensors")
      try rewrite(folder) { map in
        let moved = map.members.first { $0.value == "model-00001-of-00003.safetensors" }?.name ?? ""
        map[moved] = "copy.safetensors"
      }
    }
  }

  @Test func `Weights that changed meanwhile are not written`() throws {
    try withTemporaryFolder { folder in
      let path = try changed("hubert-base", in: folder) { _ in }
      let model = try PretrainedModel(contentsOf: path)
      writeBytes(readBytes(path + "/model.safetensors") + [0], to: path + "/model.safetensors")
      #expect(throws: ExtractionFault.self) { try model.extract(to: folder + "/a.lhb") }
      #expect(filesInFolder(folder) == ["model"])
    }
  }

  // MARK: Weights

  /// A Hugging Face folder with small weights, one of which is spoilt.
  private func expectSpoilt(
    _ name: String, _ value: Float, _ words: String..., allowing: Bool = false
  ) throws {
    try withTemporaryFolder { folder in
      let path = try changed("hubert-base", in: folder) { copy in
        var bytes = readBytes(copy + "/model.safetensors")
        let header = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        let json = try JSONValue(parsing: Array(bytes[8..<8 + header]))
        let offsets = json[name]?["data_offsets"]?.array?.compactMap(\.integer) ?? []
        try #require(offsets.count == 2)
        for place in stride(from: 8 + header + offsets[0], to: 8 + header + offsets[1], by: 4) {
          bytes.replaceSubrange(place..<place + 4, with: value.bitPattern.littleEndianBytes)
        }
        writeBytes(bytes, to: copy + "/model.safetensors")
      }
      let model = try PretrainedModel(contentsOf: path)
      var options = ExtractionOptions()
      options.allowsNonfinite = allowing
      let fault = #expect(throws: ExtractionFault.self) { try model.extract(to: folder + "/a.lhb", options: options) }
      #expect(fault?.kind == .badData)
      for word in words { #expect(fault?.description.contains(word) == true, "\(fault?.description ?? "")") }
      #expect(filesInFolder(folder) == ["model"])
    }
  }

  @Test func `Weights that are no numbers, and directions without a length, are refused`() throws {
    let place = "encoder.pos_conv_embed.conv.parametrizations.weight."
    try expectSpoilt("encoder.layers.1.final_layer_norm.bias", .nan, "final_layer_norm.bias: element 0 is nan")
    try expectSpoilt("encoder.layers.1.final_layer_norm.bias", .infinity, "element 0 is inf")
    try expectSpoilt(place + "original0", .nan, "original0: element 0 is nan")
    try expectSpoilt(place + "original1", 0, "original1: tap 0 has length 0", allowing: true)
  }
}
