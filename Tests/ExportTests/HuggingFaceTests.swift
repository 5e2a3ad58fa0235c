import LHExport
import LHJSON
import LHModel
import LHTensors
import LHTestSupport
import LightHuBERT
import Testing

/// Folders are read back by the reader of Hugging Face folders.
@Suite struct HuggingFaceTests {
  static let options = ExportOptions(tool: ("test", "1.0"))

  static let gated = AttentionBias.gatedRelative(GatedRelativeBias(buckets: 8, maxDistance: 6, heads: 2))

  /// A family, a change of the tiny shape, and the class that loads it.
  static let models: [(ModelFamily, @Sendable (inout EncoderShape) -> Void, String, String)] = [
    (.huBERT, { _ in }, "hubert", "HubertModel"),
    (.lightHuBERT, { $0.normPlacement = .before }, "hubert", "HubertModel"),
    (.distilHuBERT, { $0.normalizesFeatures = false }, "hubert", "HubertModel"),
    (.huBERT, { $0.finalProjection = 5 }, "hubert", "HubertModelWithFinalProj"),
    (.huBERT, { $0.position?.kind = .batchNormed }, "hubert", "HubertModel"),
    (.wav2Vec2, RandomModel.useLayerNorms, "wav2vec2", "Wav2Vec2Model"),
    (.uniSpeech, { _ in }, "unispeech", "UniSpeechModel"),
    (.uniSpeechSAT, { _ in }, "unispeech-sat", "UniSpeechSatModel"),
    (
      .wav2Vec2,
      {
        $0.normPlacement = .before
        for index in $0.layers.indices { $0.layers[index].adapterWidth = 3 }
      }, "wav2vec2", "Wav2Vec2Model"
    ),
    (.wavLM, { $0.attentionBias = gated }, "wavlm", "WavLMModel"),
    (
      .data2VecAudio,
      {
        RandomModel.useLayerNorms(&$0)
        $0.position?.kind = .layered
        $0.position?.layers = (0..<3).map { _ in
          PositionShape.Layer(inputChannels: 16, outputChannels: 16, kernel: 5)
        }
      }, "data2vec-audio", "Data2VecAudioModel"
    ),
  ]

  @Test(arguments: models.indices)
  func `A folder holds what the model is`(index: Int) throws {
    let (family, change, type, architecture) = HuggingFaceTests.models[index]
    try withTemporaryFolder { folder in
      let model = try RandomModel(RandomModel.shape(change), of: family, in: folder)
      let out = "\(folder)/out"
      let summary = try ModelExport(contentsOf: model.path).write(
        .huggingFace, to: out, options: HuggingFaceTests.options)
      #expect(summary.files.map { String($0.dropFirst(out.count + 1)) } == filesInFolder(out))
      let config = try JSONValue(parsing: readBytes("\(out)/config.json"))
      #expect(config["model_type"] == .string(type))
      #expect(config["architectures"] == .array([.string(architecture)]))
      #expect(config["mask_time_prob"]?.number == 0 && config["hidden_size"] == .integer(16))
      #expect(config["conv_bias"] == .bool(model.shape.convolutions[0].hasBias))
      let found = try PretrainedModel(contentsOf: out, ReadingChoices(waveformEpsilon: 1e-5))
      #expect(found.shape == model.shape)
      let samples = goldenSamples("frames-2")
      #expect(
        try largestDifference(
          Model(of: found), Model(contentsOf: model.path), samples) < 2e-6)
    }
  }

  @Test func `Smaller layers are filled up with zeros when that is asked for`() throws {
    try withTemporaryFolder { folder in
      let shape = RandomModel.shape(layers: 4) {
        $0.layers[1].attention?.heads = 1
        $0.layers[2].feedForwardWidth = 7
        $0.layers[3] = LayerShape(attention: nil, feedForwardWidth: nil)
      }
      for placement in [NormPlacement.after, .before] {
        var shape = shape
        shape.normPlacement = placement
        let model = try RandomModel(shape, in: folder, name: "\(placement).lhb")
        let export = try ModelExport(contentsOf: model.path)
        let out = "\(folder)/\(placement)"
        #expect {
          try export.write(.huggingFace, to: out, options: HuggingFaceTests.options)
        } throws: {
          "\($0)".hasSuffix(
            "layer 1 has 1 heads, expected 2, the width 16 over the size of a head (--pad fills smaller layers up with"
              + " zeros)")
        }
        #expect(filesInFolder(folder).allSatisfy { $0.hasSuffix(".lhb") || $0 == "after" })
        var options = HuggingFaceTests.options
        options.pads = true
        let summary = try export.write(.huggingFace, to: out, options: options)
        #expect(summary.notes.contains("filled up with zeros: layers 1, 2, 3"))
        let found = try PretrainedModel(contentsOf: out)
        #expect(
          try largestDifference(
            Model(of: found), Model(contentsOf: model.path), goldenSamples("frames-2")) < 2e-6)
      }
    }
  }

  @Test func `Heads of a bias come back to their places`() throws {
    try withTemporaryFolder { folder in
      let shape = RandomModel.shape {
        $0.attentionBias = HuggingFaceTests.gated
        $0.layers[0].attention?.heads = 1
        $0.layers[0].attention?.biasHeads = [1]
      }
      let model = try RandomModel(shape, of: .wavLM, in: folder)
      var options = HuggingFaceTests.options
      options.pads = true
      _ = try ModelExport(contentsOf: model.path).write(.huggingFace, to: "\(folder)/out", options: options)
      let found = try PretrainedModel(contentsOf: "\(folder)/out")
      #expect(
        try largestDifference(
          Model(of: found), Model(contentsOf: model.path), goldenSamples("frames-2")) < 2e-6)
    }
  }

  /// A change of the tiny shape, and what the refusal says.
  static let refused: [(@Sendable (inout EncoderShape) -> Void, String)] = [
    ({ $0.scalesChannels = true }, "dummy_weight"),
    ({ $0.layers[1].attention?.window = .sliding(size: 4) }, "sliding windows of attention, as layer 1 has"),
    ({ $0.position = nil }, "every class has a position convolution"),
    ({ $0.convolutions[1].norm = .layer }, "neither one group norm"),
    ({ $0.layers[0].attention?.heads = 3 }, "layer 0 has 3 heads, expected 2"),
    ({ $0.layers[1].attention?.headSize = 4 }, "layer 1 has heads of size 4, expected 8"),
    (
      {
        $0.position?.layers = [.init(inputChannels: 16, outputChannels: 16, kernel: 5)]; $0.position?.kind = .layered
      },
      "Data2VecAudioModel alone"
    ),
  ]

  @Test(arguments: refused.indices)
  func `What transformers has not is refused by name`(index: Int) throws {
    let (change, text) = HuggingFaceTests.refused[index]
    try withTemporaryFolder { folder in
      let model = try RandomModel(RandomModel.shape(change), in: folder)
      var options = HuggingFaceTests.options
      options.pads = true
      #expect {
        try ModelExport(contentsOf: model.path).write(.huggingFace, to: "\(folder)/out", options: options)
      } throws: {
        "\($0)".hasPrefix(model.path) && "\($0)".contains(text)
      }
      #expect(filesInFolder(folder) == ["model.lhb"])
    }
  }

  @Test func `A waveform that is normalised otherwise is told of`() throws {
    try withTemporaryFolder { folder in
      for (epsilon, isTold) in [(1e-5, true), (1e-7, false)] {
        let shape = RandomModel.shape {
          $0.normalizesWaveform = true
          $0.waveformEpsilon = epsilon
        }
        let model = try RandomModel(shape, in: folder, name: "\(epsilon).lhb")
        let out = "\(folder)/\(epsilon)"
        let summary = try ModelExport(contentsOf: model.path).write(
          .huggingFace, to: out, options: HuggingFaceTests.options)
        #expect(summary.notes.contains { $0.contains("1e-07") } == isTold)
        let preprocessor = try JSONValue(parsing: readBytes("\(out)/preprocessor_config.json"))
        #expect(preprocessor["do_normalize"] == .bool(true))
      }
    }
  }
}

/// The largest difference of two models' hidden states.
func largestDifference(_ found: Model, _ expected: Model, _ samples: [Float]) throws -> Float {
  let (one, other) = (
    try found.features(of: samples, layers: .all).values, try expected.features(of: samples, layers: .all).values
  )
  try #require(one.count == other.count && !one.isEmpty)
  return zip(one, other).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
