import LHFamilies
import LHJSON
import LHModel
import LHQuantization
import LHSubnetFile
import LHTensorNames
import LHTensors
import LHTestSupport

extension FuzzTarget {
  /// A config.json and, behind a zero byte, a preprocessor_config.json, with the tensors that they call for.
  static let huggingFaceConfiguration = FuzzTarget(
    name: "hugging-face-config",
    test: { bytes in
      let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
      var files = ModelFiles(tensorNames: [], shapeOf: { _ in nil })
      guard let config = object(Array(parts[0])) else { return }
      files.huggingFace = config
      files.preprocessor =
        parts.count > 1 ? object(Array(parts[1])).map { .init(place: "preprocessor_config.json: ", fields: $0) } : nil
      if parts.count > 1, files.preprocessor == nil { return }
      readFamily(files, [:], ReadingChoices())
    },
    mutate: { bytes, mutator in
      guard bytes.count > 16 else { return Array(mutator.choose(SampleFiles.configurations).utf8) }
      var parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false).map(Array.init)
      let chosen = mutator.random(parts.count)
      parts[chosen] = JSONMutation.mutated(parts[chosen], &mutator)
      return Array(parts.joined(separator: [0]))
    })

  /// What a checkpoint has beside its tensors, as one object; the tensors that it calls for are made up, beside those
  /// under "tensors", from names to shapes. "heads" is what a user says.
  static let familyCheckpoint = FuzzTarget(
    name: "family-checkpoint",
    test: { bytes in
      guard let configurations = object(bytes) else { return }
      var files = ModelFiles(tensorNames: [], shapeOf: { _ in nil })
      files.configurations = configurations
      files.keyWords = configurations.members.map(\.name).joined(separator: ", ")
      var tensors: [String: [Int]] = [:]
      for member in configurations["tensors"]?.object?.members ?? [] {
        tensors[member.name] = (member.value.array ?? []).compactMap(\.integer).filter { $0 >= 0 }
      }
      readFamily(files, tensors, ReadingChoices(heads: configurations["heads"]?.integer))
    },
    mutate: { bytes, mutator in
      guard bytes.count > 16 else { return Array(mutator.choose(SampleFiles.checkpointConfigurations).utf8) }
      return JSONMutation.mutated(bytes, &mutator)
    })

  private static func object(_ text: [UInt8]) -> JSONObject? { (try? JSONValue(parsing: text, depthLimit: 32))?.object }
}

/// Reads files of a family, with the tensors that are missed added until nothing is.
private func readFamily(_ files: ModelFiles, _ tensors: [String: [Int]], _ choices: ReadingChoices) {
  var tensors = tensors
  for _ in 0..<6 {
    let known = tensors
    var files = files
    files.tensorNames = known.keys.sorted()
    files.shapeOf = { known[$0] }
    let fault: FamilyFault
    do throws(FamilyFault) {
      check(try FamilyReading(files, choices), known)
      return
    } catch {
      fault = error
    }
    expect(fault.description.utf8.count < 1 << 16, "a message is of a length that can be read")
    guard case .tensorsDoNotFit(_, let problems) = fault else { return }
    for problem in problems {
      switch problem {
      case .missing(let tensor, let shape), .wrongShape(let tensor, _, let shape): tensors[tensor] = shape
      case .noneOfModel(let example, _): tensors[example] = [1]
      case .unused(let unused): for tensor in unused { tensors[tensor] = nil }
      default: return
      }
    }
  }
}

/// What must hold of whatever was taken.
private func check(_ reading: FamilyReading, _ tensors: [String: [Int]]) {
  let shape = reading.shape
  expect(shape.contradictions.isEmpty, "what was taken can be computed: \(shape.contradictions)")
  let layout = EncoderLayout(shape)
  expect(reading.tensors.map(\.tensor) == layout.tensors, "every tensor of the layout has a source")
  for tensor in reading.tensors {
    expect(tensor.tensor.count > 0, "every tensor has elements")
    for source in tensor.sources { expect(tensors[source.name] != nil, "\(source.name) is there") }
  }
  _ = (reading.summary, reading.notes, ParameterCount(shape, maskEmbedding: 0).total)
  _ = (MultiplyAccumulates.perSecond(shape), shape.convolutions.hop)
  guard layout.tensors.count < 200, layout.tensors.reduce(0, { $0 + $1.count }) < 1 << 15 else { return }
  let model = WholeModel(family: reading.family, container: reading.container.name, shape: shape)
  let bytes = SampleFiles.model(model, .f16)
  let storage = TensorStorage(byteCount: bytes.count) { $0.copyBytes(from: bytes) }
  guard let reader = try? SubnetReader(bytes: storage.bytes, owner: storage, name: "memory") else {
    fatalError("what was written cannot be read: \(shape)")
  }
  expect(reader.model == .whole(model), "what was written is what is read")
}

extension SampleFiles {
  /// A file of a model that was taken whole.
  static func model(_ model: WholeModel, _ weights: WeightsChoice) -> [UInt8] {
    let writer = SubnetWriter(
      .whole(model),
      provenance: Provenance(
        source: "model.pt", sourceSize: 1, tool: "fuzz", date: "2026-01-31T12:00:00Z", weights: weights))
    let output = ScratchFile()
    defer { output.remove() }
    let digest = String(repeating: "0123456789abcdef", count: 4)
    let summary = try? writer.write(to: output.path, replacing: true, sourceDigest: { digest }) { _, target in
      for index in target.indices { target[index] = Float(index % 11 - 5) / 8 }
      return 0
    }
    expect(summary != nil, "a sound model can be written: \(model.shape)")
    return readBytes(output.path)
  }

  /// A pruned WavLM with adapters' place empty, which has most of what a shape can say.
  static let whole = WholeModel(
    family: .dpWavLM, container: "fairseq checkpoint",
    shape: EncoderShape(
      normalizesWaveform: true, waveformEpsilon: 1e-7,
      convolutions: [
        ConvolutionShape(inputChannels: 1, channels: 4, kernel: 10, stride: 5, norm: .group),
        ConvolutionShape(inputChannels: 4, channels: 3, kernel: 3, stride: 2, hasBias: true),
      ],
      scalesChannels: true, projectsFeatures: true, width: 8,
      position: PositionShape(
        kind: .batchNormed, groups: 2, layers: [.init(inputChannels: 8, outputChannels: 8, kernel: 4)]),
      normPlacement: .before,
      layers: [
        LayerShape(
          attention: AttentionShape(heads: 1, headSize: 4, biasHeads: [1]), feedForwardWidth: 5, adapterWidth: 2),
        LayerShape(attention: nil, feedForwardWidth: nil),
      ],
      attentionBias: .gatedRelative(GatedRelativeBias(buckets: 8, maxDistance: 9, heads: 2)), finalProjection: 3))

  private static let sizes = """
    "num_hidden_layers":1,"num_attention_heads":2,"hidden_size":8,"intermediate_size":6,"conv_dim":[4,4],\
    "conv_kernel":[10,3],"conv_stride":[5,2],"num_conv_pos_embeddings":4,"num_conv_pos_embedding_groups":2
    """

  /// A config.json of each kind, some with a preprocessor.
  static let configurations = [
    "{\"model_type\":\"hubert\",\(sizes)}\u{0}{\"do_normalize\":true,\"sampling_rate\":16000}",
    "{\"model_type\":\"hubert\",\"conv_pos_batch_norm\":true,\"feat_proj_layer_norm\":false,\(sizes)}",
    "{\"model_type\":\"wav2vec2\",\"do_stable_layer_norm\":true,\"feat_extract_norm\":\"layer\",\"conv_bias\":true,"
      + "\"adapter_attn_dim\":2,\"add_adapter\":true,\(sizes)}",
    "{\"model_type\":\"data2vec-audio\",\"conv_pos_kernel_size\":3,\(sizes)}",
    "{\"model_type\":\"wavlm\",\"num_buckets\":8,\"max_bucket_distance\":9,\(sizes)}",
  ]

  private static let fields = """
    "encoder_layers":1,"encoder_embed_dim":8,"encoder_ffn_embed_dim":6,"encoder_attention_heads":2,\
    "conv_feature_layers":"[(4,10,5)] + [(4,3,2)]","conv_pos":4,"conv_pos_groups":2,"layer_norm_first":false
    """

  private static let pruned = """
    "extractor_mode":"group_norm","extractor_conv_layer_config":[[4,10,5],[4,3,2]],"encoder_embed_dim":8,\
    "encoder_num_layers":2,"encoder_pos_conv_kernel":4,"encoder_pos_conv_groups":2,\
    "encoder_use_attention":[true,false],"encoder_use_feed_forward":[true,false],"encoder_ff_interm_features":[6,0]
    """

  /// What a checkpoint of each kind has beside its tensors.
  static let checkpointConfigurations = [
    "{\"cfg\":{\"model\":{\"_name\":\"hubert\",\(fields)},\"task\":{\"normalize\":false}}}",
    "{\"cfg\":{\"model\":{\"_name\":\"hubert_ctc\",\"w2v_args\":{\"model\":{\"_name\":\"hubert\",\(fields)}}}}}",
    "{\"cfg\":{\"model\":{\"_name\":\"data2vec_audio\",\"pos_conv_depth\":2,\"extractor_mode\":\"layer_norm\","
      + "\(fields)}}}",
    "{\"args\":{\"arch\":\"wav2vec2\",\"normalize\":true,\"conv_pos_batch_norm\":true,\(fields)}}",
    "{\"cfg\":{\"num_buckets\":8,\"max_distance\":9,\"normalize\":true,\(fields)},\"tensors\":"
      + "{\"encoder.layers.0.self_attn.relative_attention_bias.weight\":[8,2]}}",
    "{\"model_cfg\":{\"_name\":\"hubert\",\(fields)},\"task_cfg\":{\"normalize\":true}}",
    "{\"Config\":{\"distiller\":{\(fields)}}}",
    "{\"config\":{\"encoder_head_dim\":4,\"encoder_num_heads\":[1,0],\(pruned)}}",
    "{\"config\":{\"encoder_total_num_heads\":[2,2],\"encoder_remaining_heads\":[[1],[]],\"encoder_num_buckets\":8,"
      + "\"encoder_max_distance\":9,\(pruned)},"
      + "\"tensors\":{\"encoder.transformer.layers.0.attention.rel_attn_embed.weight\":[8,2]}}",
    "{\"heads\":2,\"tensors\":{\"encoder.transformer.layer_norm.weight\":[8],"
      + "\"feature_extractor.conv_layers.0.conv.weight\":[4,1,10],"
      + "\"feature_extractor.conv_layers.1.conv.weight\":[4,4,3],"
      + "\"encoder.transformer.layers.0.feed_forward.intermediate_dense.weight\":[6,8],"
      + "\"encoder.transformer.pos_conv_embed.conv.weight_v\":[8,4,4]}}",
  ]
}
