import LHConfiguration
import LHJSON
import LHModel
import LHSubnetFile
import LHSystem
import LHTensors
import LHTestSupport
import Testing

/// Files of models that were taken whole: version 3, whose header has a shape.
@Suite struct WholeModelTests {
  /// A shape in which every member has another value than usual.
  static let shape = EncoderShape(
    normalizesWaveform: true, waveformEpsilon: 1e-7,
    convolutions: [
      ConvolutionShape(inputChannels: 1, channels: 7, kernel: 10, stride: 5, norm: .group),
      ConvolutionShape(inputChannels: 7, channels: 5, kernel: 3, stride: 2, hasBias: true),
    ],
    scalesChannels: true, normalizesFeatures: false, projectsFeatures: true, width: 24,
    position: PositionShape(
      kind: .batchNormed, groups: 3, layers: [.init(inputChannels: 24, outputChannels: 24, kernel: 4)]),
    normPlacement: .before,
    layers: [
      LayerShape(
        attention: AttentionShape(heads: 2, headSize: 8, biasHeads: [0, 2]), feedForwardWidth: 9, adapterWidth: 3),
      LayerShape(attention: AttentionShape(heads: 3, headSize: 8, window: .sliding(size: 4)), feedForwardWidth: nil),
      LayerShape(attention: nil, feedForwardWidth: 30),
    ],
    attentionBias: .gatedRelative(GatedRelativeBias(buckets: 8, maxDistance: 5, heads: 3)), activation: .relu,
    sequenceMultiple: 2, finalProjection: 6)

  /// A plain one.
  static let plain = EncoderShape(
    normalizesWaveform: false,
    convolutions: [ConvolutionShape(inputChannels: 1, channels: 16, kernel: 10, stride: 5, norm: .layer)],
    projectsFeatures: false, width: 16,
    position: PositionShape(
      kind: .layered, groups: 4,
      layers: Array(repeating: .init(inputChannels: 16, outputChannels: 16, kernel: 3), count: 2)),
    normPlacement: .after, layers: [LayerShape(attention: AttentionShape(heads: 2, headSize: 5), feedForwardWidth: 8)])

  private static func bytes(_ shape: EncoderShape, _ weights: WeightsChoice = .f32) throws -> [UInt8] {
    let model = WholeModel(family: .dpWavLM, container: "fairseq checkpoint", shape: shape)
    let writer = SubnetWriter(.whole(model), provenance: TestSubnet.provenance(weights))
    return try withTemporaryFolder { folder in
      _ = try writer.write(to: folder + "/a.lhb", sourceDigest: { TestSubnet.digest }) { tensor, target in
        for index in target.indices { target[index] = Float(index % 7) - 3 }
        return 0
      }
      return readBytes(folder + "/a.lhb")
    }
  }

  private static let valid = try! ForgedFile(bytes(shape))
  private static let text = String(decoding: valid.json, as: UTF8.self)

  @Test(arguments: [shape, plain], [WeightsChoice.auto, .f32, .f16, .bf16, .int8])
  func `A model is read as it was written`(shape: EncoderShape, weights: WeightsChoice) throws {
    let bytes = try Self.bytes(shape, weights)
    let reader = try open(bytes)
    #expect(reader.version == 3 && reader.shape == shape && reader.model.shape == shape)
    #expect(reader.model == .whole(WholeModel(family: .dpWavLM, container: "fairseq checkpoint", shape: shape)))
    #expect(reader.model.family == .dpWavLM && reader.model.config == nil && reader.model.architecture == nil)
    #expect(reader.provenance.weights == weights && reader.layout.tensors == EncoderLayout(shape).tensors)
    for tensor in reader.layout.tensors {
      let found = floats(try reader.tensor(tensor.role))
      if weights == .f32 { #expect(found == (0..<tensor.count).map { Float($0 % 7) - 3 }) }
      #expect(found.count == tensor.count)
    }
    #expect(firstFault(in: bytes) == nil)
  }

  @Test func `The names are fairseq's`() throws {
    let names = try open(Self.bytes(Self.shape)).entries.map(\.name)
    for name in [
      "feature_extractor.conv_layers.0.2.weight", "feature_extractor.dummy_weight", "encoder.pos_conv.0.weight",
      "encoder.pos_conv.1.bias", "encoder.layers.0.self_attn.relative_attention_bias.weight",
      "encoder.layers.1.self_attn.grep_linear.weight", "encoder.layers.1.self_attn.grep_a",
      "encoder.layers.0.adapter_layer.linear_2.bias", "encoder.layers.2.fc1.weight", "final_proj.bias",
    ] {
      #expect(names.contains(name), "\(name)")
    }
    #expect(!names.contains("layer_norm.weight") && !names.contains("encoder.layers.2.self_attn.q_proj.weight"))
  }

  @Test func `The JSON text of a shape means that shape`() throws {
    for shape in [Self.shape, Self.plain] {
      let text = shape.json.text()
      #expect(try JSONValue(parsing: text) == shape.json)
      #expect(text.contains("\"waveform_epsilon\":" + (shape == Self.shape ? "1e-07" : "1e-05")))
    }
  }

  // MARK: What is refused

  private func fault(_ text: String) -> SubnetFileFault? {
    var file = Self.valid
    file.json = Array(text.utf8)
    file.layOut()
    return firstFault(in: file.bytes)
  }

  private func fault(replacing old: String, with new: String) -> SubnetFileFault? {
    let parts = Self.text.split(separator: old, maxSplits: 1, omittingEmptySubsequences: false)
    #expect(parts.count == 2, "\(old) is not in \(Self.text)")
    return fault(parts.joined(separator: new))
  }

  @Test func `What changes nothing may be added beside the shape`() {
    #expect(fault(Self.text) == nil)
    #expect(fault(replacing: "{\"container\"", with: "{\"future\":[1,{}],\"container\"") == nil)
    #expect(fault(replacing: "\"source\":", with: "\"host\":\"x\",\"source\":") == nil)
  }

  @Test(arguments: [
    ("\"family\":", "\"other\":", "family"), ("\"dpwavlm\"", "\"dpwavlm2\"", "family"),
    ("\"dpwavlm\"", "7", "family"), ("\"container\":", "\"other\":", "container"),
    ("\"fairseq checkpoint\"", "\"\"", "container"), ("\"fairseq checkpoint\"", "null", "container"),
    ("\"fairseq checkpoint\"", "\"a\\u001b[2J\"", "container"), ("\"fairseq checkpoint\"", "\"a\\nb\"", "container"),
    ("\"fairseq checkpoint\"", "\"" + String(repeating: "x", count: 65) + "\"", "container"),
    ("\"shape\":", "\"other\":", "shape"), ("\"provenance\":", "\"other\":", "provenance"),
  ])
  func `A wrong member of the header is named`(old: String, new: String, member: String) {
    guard case .wrongMember(path: "memory", member, _) = fault(replacing: old, with: new) else {
      Issue.record("\(old) as \(new): \(String(describing: fault(replacing: old, with: new)))")
      return
    }
  }

  @Test(arguments: [
    ("\"normalizes_waveform\":true", "\"normalizes_waveform\":1", "shape.normalizes_waveform is 1"),
    ("\"normalizes_waveform\":true,", "", "shape.normalizes_waveform is missing"),
    ("\"waveform_epsilon\":1e-07", "\"waveform_epsilon\":0", "shape.waveform_epsilon is 0"),
    ("\"waveform_epsilon\":1e-07", "\"waveform_epsilon\":-1e-07", "shape.waveform_epsilon is "),
    ("\"waveform_epsilon\":1e-07", "\"waveform_epsilon\":\"1e-07\"", "shape.waveform_epsilon is "),
    ("\"waveform_epsilon\":1e-07,", "", "shape.waveform_epsilon is missing"),
    ("\"channels\":7", "\"channels\":0", "shape.convolutions[0].channels is 0"),
    ("\"channels\":7", "\"channels\":65537", "shape.convolutions[0].channels is 65537"),
    ("\"kernel\":10", "\"kernel\":1000000000", "shape.convolutions[0].kernel is 1000000000"),
    ("\"stride\":5", "\"stride\":0", "shape.convolutions[0].stride is 0"),
    ("\"stride\":5", "\"stride\":5.5", "shape.convolutions[0].stride is 5.5"),
    ("\"bias\":false", "\"bias\":null", "shape.convolutions[0].bias is null"),
    ("\"norm\":\"group\"", "\"norm\":\"batch\"", "shape.convolutions[0].norm is \"batch\""),
    ("\"norm\":\"group\"", "\"normal\":\"group\"", "shape.convolutions[0].norm is missing"),
    ("\"kernel\":10", "\"kernel\":10,\"dilation\":2", "shape.convolutions[0].dilation is not a field"),
    ("\"convolutions\":[", "\"convolutions\":[1,", "shape.convolutions[0] is 1"),
    ("\"convolutions\":", "\"convolutions\":{},\"x\":", "shape.convolutions is {}"),
    ("\"convolutions\":", "\"x\":", "shape.convolutions is missing"),
    ("\"scales_channels\":true", "\"scales_channels\":\"yes\"", "shape.scales_channels is \"yes\""),
    ("\"normalizes_features\":false", "\"normalizes_features\":0", "shape.normalizes_features is 0"),
    ("\"projects_features\":true", "\"projects_features\":false", "without a projection"),
    ("\"width\":24", "\"width\":0", "shape.width is 0"),
    ("\"width\":24", "\"width\":1099511627776", "shape.width is 1099511627776"),
    ("\"width\":24", "\"width\":25", "shape is contradictory"),
    ("\"position\":{", "\"position\":7,\"x\":{", "shape.position is 7"),
    ("\"kind\":\"batch-normed\"", "\"kind\":\"sinusoidal\"", "shape.position.kind is \"sinusoidal\""),
    ("\"groups\":3", "\"groups\":0", "shape.position.groups is 0"),
    ("\"groups\":3", "\"groups\":5", "in 5 groups"),
    ("[24,24,4]", "[24,24]", "shape.position.layers[0] is [24,24]"),
    ("[24,24,4]", "[24,24,0]", "shape.position.layers[0] is [24,24,0]"),
    ("[24,24,4]", "[23,24,4]", "takes 23 channels and gets 24"),
    ("[24,24,4]", "[24,21,4]", "gives 21 channels"),
    ("[24,24,4]", "[24,24,4],[24,24,4]", "a position convolution of one layer has 2"),
    ("\"norms_first\":true", "\"norms_first\":false", "an adapter and norms behind"),
    ("\"activation\":\"relu\"", "\"activation\":\"swish\"", "shape.activation is \"swish\""),
    ("\"buckets\":8", "\"buckets\":7", "an attention bias of 7 buckets"),
    ("\"buckets\":8", "\"buckets\":0", "shape.attention_bias.buckets is 0"),
    ("\"buckets\":8", "\"buckets\":65536", "an attention bias of 65536 buckets"),
    ("\"max_distance\":5", "\"max_distance\":2", "up to a distance of 2"),
    ("\"max_distance\":5", "\"max_distance\":1000000000", "shape.attention_bias.max_distance is 1000000000"),
    ("\"attention_bias\":{", "\"attention_bias\":{\"learned\":true,", "shape.attention_bias.learned is not a field"),
    ("\"attention_bias\":{", "\"attention_bias\":null,\"x\":{", "shape.x is not a field"),
    ("\"heads\":2", "\"heads\":0", "shape.layers[0].attention.heads is 0"),
    ("\"heads\":2", "\"heads\":1025", "shape.layers[0].attention.heads is 1025"),
    ("\"heads\":2", "\"heads\":1", "1 heads, and the attention bias of 2"),
    ("\"head_size\":8", "\"head_size\":70000", "shape.layers[0].attention.head_size is 70000"),
    ("\"head_size\":8", "\"head_size\":7", "gates of 3 heads of size 7"),
    ("[0,2]", "[2,0]", "the attention bias of 2 among 3"), ("[0,2]", "[0,0]", "the attention bias of 2 among 3"),
    ("[0,2]", "[0,3]", "the attention bias of 2 among 3"), ("[0,2]", "[-1,2]", "the attention bias of 2 among 3"),
    ("[0,2]", "[0,\"2\"]", "shape.layers[0].attention.bias_heads is [0,\"2\"]"),
    ("[0,2]", "[0]", "2 heads, and the attention bias of 1"),
    ("[0,2]", "9", "shape.layers[0].attention.bias_heads is 9"),
    ("\"window\":4", "\"window\":3", "a window of 3"),
    ("\"window\":4", "\"window\":-4", "shape.layers[1].attention.window is -4"),
    ("\"window\":4", "\"window\":1e9", "shape.layers[1].attention.window is "),
    ("\"ffn\":9", "\"ffn\":0", "shape.layers[0].ffn is 0"),
    ("\"ffn\":9", "\"ffn\":\"9\"", "shape.layers[0].ffn is \"9\""),
    ("\"ffn\":9", "\"fnn\":9", "shape.layers[0].ffn is missing"),
    ("\"adapter\":3", "\"adapter\":65537", "shape.layers[0].adapter is 65537"),
    ("\"layers\":[{", "\"layers\":[null,{", "shape.layers[0] is null"),
    ("\"sequence_multiple\":2", "\"sequence_multiple\":0", "shape.sequence_multiple is 0"),
    ("\"final_projection\":6", "\"final_projection\":0", "shape.final_projection is 0"),
    ("\"final_projection\":6", "\"final_projection\":true", "shape.final_projection is true"),
    ("\"shape\":{", "\"shape\":{\"future\":1,", "shape.future is not a field"),
  ])
  func `A wrong field of the shape is named`(old: String, new: String, words: String) {
    let fault = fault(replacing: old, with: new)
    guard case .wrongShapeOfModel(path: "memory", _) = fault else {
      Issue.record("\(old) as \(new): \(String(describing: fault))")
      return
    }
    #expect(fault?.description.contains(words) == true, "\(fault?.description ?? "")")
    #expect(fault?.kind == .badData)
  }

  /// Members in another order, or numbers in another form, mean the same, and only one form is written.
  @Test(arguments: [
    ("\"width\":24", "\"width\":24.0"), ("\"waveform_epsilon\":1e-07", "\"waveform_epsilon\":0.0000001"),
  ])
  func `Another form of a number does not matter`(old: String, new: String) {
    let fault = fault(replacing: old, with: new)
    switch fault {
    case nil, .wrongMember, .wrongShapeOfModel: break
    default: Issue.record("\(String(describing: fault))")
    }
  }

  @Test(arguments: [
    ("[{\"bias\"", 65, "shape.convolutions is "), ("[24,24,4]", 65, "shape.position.layers is "),
  ])
  func `Lists are bounded`(part: String, count: Int, words: String) throws {
    var json = Self.shape.json.object ?? [:]
    let convolution = try #require(json["convolutions"]?.array?.first)
    json["convolutions"] = .array(Array(repeating: convolution, count: count))
    if part != "[{\"bias\"" {
      json["convolutions"] = Self.shape.json["convolutions"]
      var position = json["position"]?.object ?? [:]
      position["layers"] = .array(Array(repeating: .array([24, 24, 4]), count: count))
      json["position"] = .object(position)
    }
    let fault = fault(replacing: Self.shape.json.text(), with: JSONValue.object(json).text())
    #expect(fault?.description.contains(words) == true, "\(fault?.description ?? "taken")")
  }

  @Test(arguments: [(10, 4096), (1, 4096)]) func `A stack that no utterance fills is refused`(kernel: Int, stride: Int)
  {
    var shape = Self.plain
    shape.convolutions = (0..<64).map {
      ConvolutionShape(inputChannels: $0 == 0 ? 1 : 16, channels: 16, kernel: kernel, stride: stride)
    }
    let fault = fault(replacing: Self.shape.json.text(), with: shape.json.text())
    #expect(fault?.description.contains("needs more than 1048576 samples a frame") == true)
  }

  @Test func `A shape whose tensors are not those of the table is refused`() {
    for (old, new) in [
      ("\"ffn\":9", "\"ffn\":10"), ("\"final_projection\":6", "\"final_projection\":null"),
      ("\"adapter\":3", "\"adapter\":null"), ("\"ffn\":30", "\"ffn\":65536"),
      ("\"scales_channels\":true", "\"scales_channels\":false"),
    ] {
      switch fault(replacing: old, with: new) {
      case .wrongTensor, .wrongShape, .wrongTensorCount: break
      case let other: Issue.record("\(old) as \(new): \(String(describing: other))")
      }
    }
  }

  @Test(arguments: [1, 2, 4] as [UInt32]) func `The version is that of the model`(version: UInt32) {
    var file = Self.valid
    file.version = version
    switch (version, firstFault(in: file.bytes)) {
    case (4, .versionTooNew(path: "memory", found: 4)), (1, .wrongMember), (2, .wrongMember): break
    case (_, let other): Issue.record("\(version): \(String(describing: other))")
    }
  }

  @Test func `A subnet is no model of version 3`() throws {
    var file = ForgedFile(try TestSubnet.bytes())
    file.version = 3
    guard case .wrongMember = firstFault(in: file.bytes) else {
      Issue.record("\(String(describing: firstFault(in: file.bytes)))")
      return
    }
  }
}
