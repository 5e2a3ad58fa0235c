import LHConfiguration
import LHFamilies
import LHJSON
import LHModel
import LHSystem
import LHTensorNames
import LHTestSupport
import Testing

/// What is known and not computed, what is not known, and what cannot be right.
@Suite struct RefusalTests {
  @Test(arguments: [
    ("data2vec_multi", "a data2vec 2.0 model"), ("multires_hubert", "a multi-resolution HuBERT"),
    ("multires_hubert_ctc", "a multi-resolution HuBERT"), ("av_hubert", "an AV-HuBERT"),
    ("av_hubert_seq2seq", "an AV-HuBERT"), ("melhubert", "a MelHuBERT"),
    ("wav2vec2_conformer", "a wav2vec 2.0 with conformers"),
  ])
  func `Relatives of fairseq's are refused by name`(name: String, what: String) {
    #expect(FamilySketch.fairseq(name).fault() == .unsupported(what: what))
    var arguments = FamilySketch.fairseqModel(nil)
    arguments["arch"] = .string(name)
    var older = FamilySketch.fairseq()
    older.configurations = ["args": .object(arguments)]
    #expect(older.fault() == .unsupported(what: what))
    var inner = FamilySketch.fairseq()
    inner.configurations["cfg"] = .object([
      "model": .object(["_name": "hubert_ctc", "w2v_args": .object(["model": .object(["_name": .string(name)])])])
    ])
    #expect(inner.fault() == .unsupported(what: what))
    #expect(FamilyFault.unsupported(what: what).kind == .badData)
  }

  @Test(arguments: [
    ("wav2vec2-conformer", "a wav2vec 2.0 with conformer layers"), ("wav2vec2-bert", "a wav2vec 2.0 BERT"),
    ("sew", "a SEW model"), ("sew-d", "a SEW-D model"), ("whisper", "a Whisper model"),
  ])
  func `Relatives of Hugging Face's are refused by name`(type: String, what: String) {
    #expect(FamilySketch.huggingFace(type).fault() == .unsupported(what: what))
  }

  @Test(
    arguments: [
      ("quantize_input", true, "cfg.model.quantize_input is true, expected false"),
      ("activation_fn", "glu", "cfg.model.activation_fn is \"glu\", expected \"gelu\" or \"relu\""),
      ("activation_fn", "swish", "activation_fn is \"swish\""),
      ("extractor_mode", "group_norm_masked", "extractor_mode is \"group_norm_masked\", expected"),
      ("layer_type", "conformer", "layer_type is \"conformer\", expected \"transformer\""),
      ("expand_attention_head_size", 64, "expand_attention_head_size is 64"),
      ("encoder_layers", 0, "encoder_layers is 0, expected 1...256"),
      ("encoder_layers", "many", "encoder_layers is \"many\""),
      ("encoder_embed_dim", 1_000_000, "encoder_embed_dim is 1000000"),
      ("encoder_ffn_embed_dim", -1, "encoder_ffn_embed_dim is -1"),
      ("encoder_attention_heads", 0, "encoder_attention_heads is 0"),
      ("conv_pos", 1_000_000_000, "conv_pos is 1000000000"),
      ("conv_pos_groups", 0, "conv_pos_groups is 0"),
      ("pos_conv_depth", 65, "pos_conv_depth is 65"),
      ("layer_norm_first", "maybe", "layer_norm_first is \"maybe\""),
      ("conv_pos_batch_norm", 2, "conv_pos_batch_norm is 2"),
      ("conv_feature_layers", 7, "conv_feature_layers is 7, expected 1...64 lists"),
      ("conv_feature_layers", "[(8,10,0)] + [(6,3,2)]", "conv_feature_layers[0] is \"stride 0\""),
      ("conv_feature_layers", "[(8,10,5000)] + [(6,3,2)]", "conv_feature_layers[0] is \"stride 5000\""),
      ("conv_feature_layers", "[(0,10,5)] + [(6,3,2)]", "conv_feature_layers[0] is \"channels 0\""),
      ("conv_feature_layers", "[(8,10)] * 2", "conv_feature_layers "),
      ("conv_feature_layers", "__import__('os').system('id')", "conv_feature_layers "),
      ("conv_feature_layers", "[(8,4000,4000)] * 9", "needs more than 1048576 samples a frame"),
      ("conv_feature_layers", "[(8,1,4000)] * 9", "needs more than 1048576 samples a frame"),
    ] as [(String, JSONValue, String)])
  func `A field that changes the graph, or makes no sense, is refused`(
    field: String, value: JSONValue, words: String
  ) {
    var sketch = FamilySketch.fairseq()
    sketch.changeModel { $0[field] = value }
    let fault = sketch.fault()
    #expect(fault?.description.contains(words) == true, "\(fault?.description ?? "taken")")
    #expect(fault?.kind == .badData)
  }

  @Test func `Layers with adapters of fairseq's are refused by name`() {
    var sketch = FamilySketch.fairseq("wav2vec2")
    sketch.changeModel { $0["layer_type"] = "trf_adp" }
    #expect(sketch.fault() == .unsupported(what: "a wav2vec 2.0 with layers of type trf_adp"))
  }

  @Test(
    arguments: [
      (
        "feat_extract_norm", "instance",
        "config.json: feat_extract_norm is \"instance\", expected \"group\" or \"layer\""
      ),
      ("feat_extract_norm", 4, "feat_extract_norm is 4"),
      ("hidden_act", "gelu_new", "hidden_act is \"gelu_new\""),
      ("feat_extract_activation", "relu", "feat_extract_activation is \"relu\", expected \"gelu\""),
      ("layer_norm_eps", .number(1e-6), "layer_norm_eps is "),
      ("layer_norm_eps", "small", "layer_norm_eps is \"small\""),
      ("position_embeddings_type", "relative", "position_embeddings_type is \"relative\", expected none"),
      ("num_hidden_layers", 1_000_000_000, "num_hidden_layers is 1000000000"),
      ("num_hidden_layers", "2.5", "num_hidden_layers is \"2.5\""),
      ("num_attention_heads", 0, "num_attention_heads is 0"),
      ("num_attention_heads", 2_000, "num_attention_heads is 2000"),
      ("hidden_size", .number(16.5), "hidden_size is 16.5"),
      ("intermediate_size", .array([24]), "intermediate_size is [24]"),
      ("num_conv_pos_embeddings", 1_000_000_000, "num_conv_pos_embeddings is 1000000000"),
      ("num_conv_pos_embedding_groups", -4, "num_conv_pos_embedding_groups is -4"),
      ("conv_dim", .array([8]), "conv_dim is \"a list of 1\", expected as long as conv_kernel (2)"),
      ("conv_dim", .array([]), "conv_dim is []"),
      ("conv_dim", "[8, 6]", "conv_dim is \"[8, 6]\""),
      ("conv_dim", .array([8, .number(6.5)]), "conv_dim is [8,6.5]"),
      ("conv_kernel", .array([10, 1_000_000]), "conv_kernel is [10,1000000]"),
      ("conv_stride", .array([5, 0]), "conv_stride is [5,0]"),
      ("conv_bias", "perhaps", "conv_bias is \"perhaps\""),
      ("feat_proj_layer_norm", .object([:]), "feat_proj_layer_norm is {}"),
      ("conv_pos_batch_norm", "x", "conv_pos_batch_norm is \"x\""),
      ("model_type", 3, "model_type is missing"),
      ("model_type", .null, "model_type is missing"),
      ("model_type", "bert", "model_type is \"bert\""),
    ] as [(String, JSONValue, String)])
  func `A key of config json that changes the graph, or makes no sense, is refused`(
    key: String, value: JSONValue, words: String
  ) {
    var sketch = FamilySketch.huggingFace()
    sketch.config?[key] = value
    let fault = sketch.fault()
    #expect(fault?.description.contains(words) == true, "\(fault?.description ?? "taken")")
    #expect(fault?.kind == .badData)
  }

  @Test func `All that is wrong with a configuration is told at once`() {
    var sketch = FamilySketch.huggingFace()
    for key in ["num_hidden_layers", "hidden_size", "conv_bias"] { sketch.config?[key] = "x" }
    guard case .invalidConfiguration(let violations) = sketch.fault() else {
      Issue.record("taken")
      return
    }
    #expect(violations.map(\.field).count == 3)
  }

  @Test(
    arguments: [
      ("do_normalize", "sometimes", "do_normalize is \"sometimes\""),
      ("sampling_rate", 44_100, "sampling_rate is 44100, expected 16000"),
    ] as [(String, JSONValue, String)])
  func `A preprocessor that is for something else is refused`(key: String, value: JSONValue, words: String) {
    var sketch = FamilySketch.huggingFace()
    sketch.preprocessor?[key] = value
    #expect(sketch.fault()?.description.contains(words) == true)
  }

  /// Another model would be computed without them.
  @Test func `Parts that the configuration calls for are missed`() {
    func missing(_ sketch: FamilySketch) -> [String] {
      guard case .tensorsDoNotFit(_, let problems)? = sketch.fault() else { return [] }
      return problems.compactMap { if case .missing(let tensor, _) = $0 { tensor } else { nil } }
    }
    var sketch = FamilySketch.huggingFace()
    sketch.tensors["feature_projection.layer_norm.weight"] = nil
    sketch.tensors["feature_projection.layer_norm.bias"] = nil
    #expect(missing(sketch).count == 2)
    sketch = FamilySketch.huggingFace()
    sketch.config?["model_type"] = "wavlm"
    #expect(missing(sketch).contains("encoder.layers.0.attention.rel_attn_embed.weight"))
    sketch = FamilySketch.huggingFace()
    sketch.config?["model_type"] = "wav2vec2"
    sketch.config?["do_stable_layer_norm"] = true
    sketch.config?["adapter_attn_dim"] = 4
    #expect(missing(sketch).filter { $0.contains("adapter_layer") }.count == 12)
    sketch = FamilySketch.huggingFace()
    sketch.tensors["feature_extractor.conv_layers.1.conv.bias"] = [6]
    #expect(missing(sketch) == ["feature_extractor.conv_layers.0.conv.bias"])
    var fairseq = FamilySketch.fairseq()
    fairseq.tensors = fairseq.tensors.filter { !$0.key.hasSuffix("layer_norm.weight") || $0.key.contains("encoder.") }
    #expect(!missing(fairseq).isEmpty)
  }

  @Test func `Heads are chosen only where nothing says how many there are`() throws {
    let sketch = FamilySketch.huggingFace()
    #expect(throws: Never.self) { try sketch.reading(ReadingChoices(heads: 2)) }
    #expect(
      sketch.fault(ReadingChoices(heads: 4))?.description.contains(
        "--heads is 4, expected none, since the file says itself how many heads there are: 2") == true)
  }

  @Test func `Sizes that contradict each other are refused`() {
    // Three heads do not divide a width of 16: no tensor tells, since q, k and v would have 15 rows.
    var sketch = FamilySketch.huggingFace()
    sketch.config?["num_attention_heads"] = 3
    #expect(sketch.fault() != nil)
    sketch = FamilySketch.huggingFace()
    sketch.config?["num_attention_heads"] = 32
    #expect(sketch.fault()?.description.contains("num_attention_heads is 32, expected a divisor of the width") == true)
    sketch = FamilySketch.huggingFace()
    sketch.config?["num_conv_pos_embedding_groups"] = 3
    #expect(sketch.fault()?.description.contains("in 3 groups") == true)
  }

  // MARK: Supernets and strangers

  @Test(arguments: ["hubert_pruner", "student_hubert", "lighthubert"])
  func `A supernet is told from a model by its name`(name: String) {
    let fault = FamilySketch.fairseq(name).fault()
    #expect(fault == .isSupernet && fault?.kind == .usage)
    for architecture in ["base-min", "base-default", "base-max", "small-min", "small-default", "small-max", "--arch"] {
      #expect(fault?.description.contains(architecture) == true)
    }
  }

  @Test(arguments: [("supernet_type", JSONValue.string("base")), ("prune_encoder_pos_conv", .bool(true))])
  func `A supernet is told by its fields too`(field: String, value: JSONValue) {
    for name in [nil, "hubert"] {
      var sketch = FamilySketch.fairseq(name)
      sketch.changeModel { $0[field] = value }
      #expect(sketch.fault() == .isSupernet)
    }
  }

  @Test func `A name that is not known is told`() {
    let fault = FamilySketch.fairseq("roberta").fault()
    #expect(fault?.description.contains("whose model is called \"roberta\"") == true)
  }

  @Test func `What is no model is told with what was looked for`() {
    var sketch = FamilySketch()
    #expect(sketch.fault()?.description.contains("found 0 tensors, and no configuration") == true)
    sketch.tensors = ["embeddings.weight": [3]]
    #expect(
      sketch.fault()?.description
        == "is no model that is known here: looked for a Hugging Face config.json beside the weights, for fairseq's cfg"
        + " or args, for the forms of s3prl, DistilHuBERT, DPHuBERT and WavLM, and for torchaudio's names of tensors;"
        + " found 1 tensors, such as \"embeddings.weight\", and no configuration")
    sketch.configurations = ["hparams": .object(["x": 1])]
    #expect(sketch.fault()?.description.contains("found the keys \"hparams\"") == true)
    sketch.configurations = ["cfg": .object(["optimizer": .object([:])]), "args": .object(["lr": 1])]
    guard case .notRecognized = sketch.fault() else {
      Issue.record("\(String(describing: sketch.fault()))")
      return
    }
  }

  // MARK: Tensors

  @Test func `Missing tensors and those of wrong shapes are told together`() {
    var sketch = FamilySketch.huggingFace()
    sketch.tensors["encoder.layers.1.attention.k_proj.bias"] = nil
    sketch.tensors["encoder.layer_norm.bias"] = [17]
    let fault = sketch.fault()
    guard case .tensorsDoNotFit(_, let problems) = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
    #expect(
      problems == [
        .wrongShape(tensor: "encoder.layer_norm.bias", found: [17], expected: [16]),
        .missing(tensor: "encoder.layers.1.attention.k_proj.bias", shape: [16]),
      ])
    #expect(
      fault?.description.hasPrefix("not the weights of HuBERT (2 layers of width 16), Hugging Face files: tensor ")
        == true)
  }

  @Test(arguments: [
    "feature_extractor.conv_layers.0.conv.weight", "feature_extractor.conv_layers.1.conv.weight",
    "feature_extractor.conv_layers.0.layer_norm.bias", "feature_projection.layer_norm.bias",
    "feature_projection.projection.bias", "feature_projection.projection.weight",
    "encoder.pos_conv_embed.conv.weight_g",
    "encoder.pos_conv_embed.conv.weight_v", "encoder.pos_conv_embed.conv.bias", "encoder.layer_norm.weight",
    "encoder.layers.0.attention.out_proj.weight", "encoder.layers.1.feed_forward.output_dense.weight",
    "encoder.layers.1.final_layer_norm.weight", "encoder.layers.0.layer_norm.weight",
    "encoder.layers.0.feed_forward.intermediate_dense.weight",
  ])
  func `Every tensor is needed, in its shape`(name: String) {
    var sketch = FamilySketch.huggingFace()
    let shape = sketch.tensors[name] ?? []
    sketch.tensors[name] = nil
    let missing = sketch.fault()
    guard case .tensorsDoNotFit = missing else {
      Issue.record("\(String(describing: missing))")
      return
    }
    sketch.tensors[name] = shape.dropLast() + [shape.last! + 1]
    guard case .tensorsDoNotFit = sketch.fault() else {
      Issue.record("\(name) may have any shape")
      return
    }
    sketch.tensors[name] = shape.map { $0 } + [2]
    #expect(sketch.fault() != nil)
  }

  @Test(arguments: [
    "encoder.layers.0.attention.evil", "encoder.layers.0.adapter_layer.norm.weight",
    "feature_extractor.conv_layers.0.conv.bias_g", "feature_projection.evil.weight", "encoder.evil",
    "encoder.layers.x.layer_norm.weight", "encoder.pos_conv_embed.conv.parametrizations.weight.original2",
    "feature_extractor.conv_layers.2.conv.weight", "layer_norm.weight",
  ])
  func `A tensor of the encoder that would not be used is refused`(name: String) {
    var sketch = FamilySketch.huggingFace()
    sketch.tensors[name] = [3]
    #expect(sketch.fault()?.unused == [name])
  }

  @Test func `Two models are ambiguous`() {
    var sketch = FamilySketch.huggingFace()
    for (name, shape) in sketch.tensors { sketch.tensors["hubert." + name] = shape }
    #expect(sketch.fault() == .ambiguousPrefixes(["", "hubert."]))
    #expect(sketch.fault()?.description.contains("none and \"hubert.\"") == true)
  }

  @Test func `None of a model's tensors`() {
    var sketch = FamilySketch.huggingFace()
    sketch.tensors = ["bert.embeddings.weight": [3]]
    guard case .tensorsDoNotFit(_, let problems) = sketch.fault(), case .noneOfModel(_, let found)? = problems.first
    else {
      Issue.record("\(String(describing: sketch.fault()))")
      return
    }
    #expect(found == ["bert.embeddings.weight"])
  }

  @Test func `Names in messages are bounded`() throws {
    var sketch = FamilySketch.huggingFace()
    sketch.prefix(String(repeating: "x", count: 100_000) + ".")
    sketch.remove { $0.hasSuffix("layer_norm.weight") }
    sketch.tensors[String(repeating: "y", count: 100_000)] = [1]
    #expect((sketch.fault()?.description.utf8.count ?? .max) < 4000)
    sketch = FamilySketch.huggingFace()
    sketch.tensors[String(repeating: "y", count: 100_000)] = [1]
    #expect(try sketch.reading().notes.joined().utf8.count < 1000)
  }
}
