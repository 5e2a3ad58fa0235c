import LHFamilies
import LHImport
import LHJSON
import LHModel
import LHSubnetFile
import LHSystem
import LHTensors
import LHTestSupport
import Testing

/// The models of Fixtures/family, whose files the programs of their authors wrote.
@Suite struct PretrainedModelTests {
  /// What is recognised in each file: the line that people see, and notes. Of "HuBERT (2 layers of width 64)" only what
  /// is in parentheses is left out.
  static let summaries: [String: (summary: String, notes: [String])] = [
    "hubert-base": ("HuBERT, Hugging Face files, group norm, waveform as it is", []),
    "hubert-base-bin": ("HuBERT, Hugging Face files, group norm, waveform as it is", []),
    "hubert-base.pt": ("HuBERT, fairseq checkpoint, group norm, waveform as it is, final projection to 16", []),
    "hubert-base.converted.pt": (
      "HuBERT, converted by s3prl, group norm, waveform as it is, final projection to 16", []
    ),
    "hubert-base.torchaudio.pth": (
      "wav2vec 2.0, torchaudio state dict, group norm, waveform as it is", ["a torchaudio state dict has"]
    ),
    "hubert-large": ("HuBERT, Hugging Face files, layer norms, pre-norm, waveform normalised (eps 1e-07)", []),
    "hubert-large.pt": ("HuBERT, fairseq checkpoint, layer norms, pre-norm, waveform normalised (eps 1e-05)", []),
    "hubert-xlarge": (
      "HuBERT, Hugging Face files, layer norms, pre-norm, waveform normalised (eps 1e-07)", ["encoder: lm_head"]
    ),
    "mhubert-25hz": ("HuBERT, Hugging Face files, group norm, waveform as it is", []),
    "mhubert-25hz.pt": ("HuBERT, fairseq checkpoint, group norm, waveform as it is", []),
    "wav2vec2-base": ("wav2vec 2.0, Hugging Face files, group norm, waveform normalised (eps 1e-07)", []),
    "wav2vec2-base.pt": ("wav2vec 2.0, fairseq checkpoint, group norm, waveform as it is", []),
    "wav2vec2-ctc": ("wav2vec 2.0, Hugging Face files, group norm, waveform as it is", ["encoder: lm_head"]),
    "wav2vec2-ctc.pt": ("wav2vec 2.0, fairseq checkpoint, group norm, waveform as it is", ["encoder: w2v_encoder"]),
    "xlsr": ("wav2vec 2.0, Hugging Face files, layer norms, pre-norm, waveform normalised (eps 1e-07)", []),
    "xlsr.pt": ("wav2vec 2.0, fairseq checkpoint, layer norms, pre-norm, waveform normalised (eps 1e-05)", []),
    "mms": ("wav2vec 2.0, Hugging Face files, layer norms, pre-norm, waveform normalised (eps 1e-07)", []),
    "data2vec": ("data2vec-audio, Hugging Face files, layer norms, waveform normalised (eps 1e-07)", []),
    "data2vec.pt": ("data2vec-audio, fairseq checkpoint, layer norms, waveform normalised (eps 1e-05)", []),
    "wavlm-base": ("WavLM, Hugging Face files, group norm, waveform as it is", []),
    "wavlm-base.pt": ("WavLM, checkpoint of WavLM's authors, group norm, waveform as it is", []),
    "wavlm-large": ("WavLM, Hugging Face files, layer norms, pre-norm, waveform normalised (eps 1e-07)", []),
    "wavlm-large.pt": (
      "WavLM, checkpoint of WavLM's authors, layer norms, pre-norm, waveform normalised (eps 1e-05)", []
    ),
    "distilhubert": ("HuBERT, Hugging Face files, group norm, waveform as it is", []),
    "distilhubert.ckpt": (
      "DistilHuBERT, s3prl checkpoint, group norm, waveform as it is", ["encoder: output_layer"]
    ),
    "dphubert.pth": ("DPHuBERT, checkpoint of DPHuBERT's authors, group norm, waveform as it is", []),
    "dpwavlm.pth": ("DPWavLM, checkpoint of DPHuBERT's authors, group norm, waveform as it is", []),
    "contentvec": (
      "HuBERT, Hugging Face files, group norm, waveform as it is, final projection to 256",
      ["there is no preprocessor_config.json"]
    ),
    "contentvec.pt": (
      "HuBERT, fairseq checkpoint, group norm, waveform as it is, final projection to 256", []
    ),
    "chinese-hubert": ("HuBERT, Hugging Face files, group norm, waveform normalised (eps 1e-07)", []),
  ]

  private func open(_ file: FamilyFixture.File) throws -> PretrainedModel {
    try PretrainedModel(contentsOf: file.path, ReadingChoices(heads: file.heads))
  }

  @Test func `Every file of the manifest is there, and no other`() {
    #expect(FamilyFixture.files.map(\.name).sorted() == Self.summaries.keys.sorted())
    let others = ["README.md", "expected", "manifest.json"]
    #expect((FamilyFixture.files.map(\.name) + others).sorted() == filesInFolder(FamilyFixture.folder))
  }

  @Test(arguments: FamilyFixture.files) func `A file is recognised`(file: FamilyFixture.File) throws {
    let model = try open(file)
    let expected = try #require(Self.summaries[file.name])
    #expect(model.summary.replacing(#/ \(\d+ layers of width \d+\)/#, with: "") == expected.summary)
    #expect(model.notes.count == expected.notes.count, "\(model.notes)")
    for (note, words) in zip(model.notes, expected.notes) { #expect(note.contains(words)) }
    #expect(model.shape.contradictions == [])
    #expect(model.byteCount > 100_000)
  }

  /// The stored weights of a file, by name: shape and checksum.
  private func checksums(_ model: PretrainedModel, in folder: String) throws -> [String: String] {
    let options = ExtractionOptions(weights: .f32, replacing: true)
    let summary = try model.extract(to: folder + "/a.lhb", options: options)
    let reader = try SubnetReader(path: folder + "/a.lhb")
    #expect(reader.version == 3 && reader.model.family == model.family && reader.shape == model.shape)
    #expect(reader.model == .whole(model.whole) && reader.entries == summary.entries)
    for entry in reader.entries { _ = try reader.tensor(entry) }
    return Dictionary(uniqueKeysWithValues: reader.entries.map { ($0.name, "\($0.shape) \($0.checksumText)") })
  }

  /// fairseq's file has no biases where Hugging Face's has some that are zero.
  private static let withZeroBiases = ["hubert-large"]

  @Test(arguments: FamilyFixture.all.filter { $0.files.count > 1 }.map(\.name))
  func `All containers of a model give the same weights`(name: String) throws {
    let fixture = try #require(FamilyFixture.all.first { $0.name == name })
    try withTemporaryFolder { folder in
      var found: [[String: String]] = []
      for file in fixture.files { found.append(try checksums(try open(file), in: folder)) }
      let first = try #require(found.first)
      for (file, other) in zip(fixture.files, found).dropFirst() {
        var first = first
        // Of HuBERT's own projection to its targets Hugging Face's models have nothing, ContentVec's apart.
        let other = other.filter { first["final_proj.weight"] != nil || !$0.key.hasPrefix("final_proj.") }
        if Self.withZeroBiases.contains(name) {
          let extra = Set(first.keys).subtracting(other.keys)
          #expect(extra.count == 7 && extra.allSatisfy { $0.hasSuffix(".0.bias") }, "\(extra)")
          first = first.filter { !extra.contains($0.key) }
        }
        #expect(Set(first.keys) == Set(other.keys), "\(file)")
        let different = first.keys.filter { first[$0] != other[$0] }.sorted()
        #expect(different == [], "\(file)")
      }
    }
  }

  @Test func `wav2vec 2,0 Base of Hugging Face and of fairseq have the same weights`() throws {
    try withTemporaryFolder { folder in
      let files = FamilyFixture.files.filter { $0.name.hasPrefix("wav2vec2-base") }
      let found = try files.map { try checksums(try open($0), in: folder) }
      #expect(found.count == 2 && found[0] == found[1])
    }
  }

  @Test(arguments: FamilyFixture.files) func `Every weight is one that the file has`(file: FamilyFixture.File) throws {
    try withTemporaryFolder { folder in
      let model = try open(file)
      try model.extract(to: folder + "/a.lhb", options: ExtractionOptions(weights: .f32))
      let reader = try SubnetReader(path: folder + "/a.lhb")
      for tensor in reader.layout.tensors {
        // Nothing that was computed or read is left out, or constant where it was random.
        let values = try #require(
          try reader.tensor(tensor.role).withFloats { Array(UnsafeBufferPointer(start: $0, count: tensor.count)) })
        let isZeroBias = file.name == "hubert-large" && Set(values) == [0]
        #expect(values.count < 4 || Set(values).count > values.count / 8 || isZeroBias, "\(tensor.role)")
        #expect(!values.contains { !$0.isFinite })
      }
    }
  }

  @Test func `A model in float16 is stored as float16 without loss`() throws {
    try withTemporaryFolder { folder in
      let file = try #require(FamilyFixture.files.first { $0.name == "contentvec.pt" })
      let summary = try open(file).extract(to: folder + "/a.lhb")
      #expect(summary.largestError == 0)
      #expect(summary.tensorCount(of: .float16) > summary.entries.count / 2)
    }
  }

  @Test func `The digest is that of all files of weights`() throws {
    try withTemporaryFolder { folder in
      let path = FamilyFixture.folder + "hubert-large"
      try PretrainedModel(contentsOf: path).extract(to: folder + "/a.lhb")
      var hash = SHA256()
      var size = 0
      for name in filesInFolder(path) where name.hasSuffix(".safetensors") {
        let bytes = readBytes("\(path)/\(name)")
        bytes.withUnsafeBytes { hash.update($0) }
        size += bytes.count
      }
      let provenance = try SubnetReader(path: folder + "/a.lhb").provenance
      #expect(provenance.sourceSHA256 == hash.hexadecimal() && provenance.sourceSize == size)
      #expect(provenance.source == "hubert-large")
    }
  }

  @Test func `Folders, files and indices may be named`() throws {
    let folder = FamilyFixture.folder
    for path in ["hubert-base", "hubert-base/", "hubert-base/model.safetensors", "hubert-base-bin/pytorch_model.bin"] {
      #expect(try PretrainedModel(contentsOf: folder + path).family == .huBERT, "\(path)")
    }
    for path in ["hubert-large/model.safetensors.index.json", "hubert-large"] {
      #expect(try PretrainedModel(contentsOf: folder + path).shape.layers.count == 3, "\(path)")
    }
  }

  @Test func `The files themselves are no place for the output`() throws {
    try withTemporaryFolder { folder in
      for name in filesInFolder(FamilyFixture.folder + "hubert-large") {
        writeBytes(readBytes(FamilyFixture.folder + "hubert-large/" + name), to: "\(folder)/\(name)")
      }
      let model = try PretrainedModel(contentsOf: folder)
      for name in filesInFolder(folder) {
        let before = readBytes("\(folder)/\(name)")
        let fault = #expect(throws: ExtractionFault.self) {
          try model.extract(to: "\(folder)/\(name)", options: ExtractionOptions(replacing: true))
        }
        #expect(fault?.kind == .usage, "\(name)")
        #expect(readBytes("\(folder)/\(name)") == before)
      }
    }
  }
}
