import LHJSON
import LHModel
import LHTensorNames

/// A model as a Hugging Face folder has it: the class that loads it, its configuration, and its tensors.
struct HuggingFaceForm {
  let kind: HuggingFaceClass
  let sizes: HuggingFaceSizes
  let shape: EncoderShape
  let names: HuggingFaceNames

  /// The form of a model.
  ///
  /// - Throws: `ExportFault.cannotExpress` or `.notUniform`.
  init(_ shape: EncoderShape, _ family: ModelFamily, pads: Bool, path: String) throws(ExportFault) {
    do throws(HuggingFaceClass.Missing) {
      kind = try HuggingFaceClass.choice(for: shape, family)
    } catch {
      throw .cannotExpress(path: path, form: .huggingFace, what: error.what)
    }
    do throws(HuggingFaceSizes.Uneven) {
      sizes = try HuggingFaceSizes(shape, pads: pads)
    } catch {
      throw .notUniform(path: path, layer: error.layer, what: error.what, isPaddable: error.isPaddable)
    }
    self.shape = shape
    names = HuggingFaceNames(.transformers, position: shape.position?.kind ?? .weightNormed)
  }

  /// Whether the convolutions have biases. There is one switch for all of them, so that where only some have, the
  /// others get zeros.
  var hasConvolutionBiases: Bool { shape.convolutions.contains(where: \.hasBias) }

  /// The class that the configuration names.
  var architecture: String { kind == .hubert && shape.finalProjection != nil ? "HubertModelWithFinalProj" : kind.name }

  /// `config.json`.
  var configuration: JSONValue {
    let convolutions = shape.convolutions
    func list(_ values: [Int]) -> JSONValue { .array(values.map(JSONValue.integer)) }
    var json: JSONObject = [
      "model_type": .string(kind.rawValue),
      "architectures": .array([.string(architecture)]),
      "hidden_size": .integer(shape.width),
      "num_hidden_layers": .integer(shape.layers.count),
      "num_attention_heads": .integer(sizes.heads),
      "intermediate_size": .integer(sizes.feedForward),
      "hidden_act": .string(shape.activation.rawValue),
      "layer_norm_eps": .number(EncoderShape.publishedEpsilon),
      "feat_extract_activation": .string("gelu"),
      "conv_dim": list(convolutions.map(\.channels)),
      "conv_kernel": list(convolutions.map(\.kernel)),
      "conv_stride": list(convolutions.map(\.stride)),
      "num_feat_extract_layers": .integer(convolutions.count),
      "conv_bias": .bool(hasConvolutionBiases),
    ]
    if kind != .data2VecAudio {
      json["feat_extract_norm"] = .string(convolutions.first?.norm == .layer ? "layer" : "group")
      json["do_stable_layer_norm"] = .bool(shape.normPlacement == .before)
    }
    if let position = shape.position {
      json["num_conv_pos_embedding_groups"] = .integer(position.groups)
      if kind == .data2VecAudio {
        json["num_conv_pos_embeddings"] = .integer(position.layers.count)
        json["conv_pos_kernel_size"] = .integer(position.layers[0].kernel)
      } else {
        json["num_conv_pos_embeddings"] = .integer(position.layers[0].kernel)
      }
      if kind == .hubert { json["conv_pos_batch_norm"] = .bool(position.kind == .batchNormed) }
    }
    if kind == .hubert { json["feat_proj_layer_norm"] = .bool(shape.normalizesFeatures) }
    if case .gatedRelative(let bias) = shape.attentionBias {
      json["num_buckets"] = .integer(bias.buckets)
      json["max_bucket_distance"] = .integer(bias.maxDistance)
    }
    if let adapter = sizes.adapter { json["adapter_attn_dim"] = .integer(adapter) }
    if let width = shape.finalProjection, kind == .hubert { json["classifier_proj_size"] = .integer(width) }
    // Masks and what is dropped at random belong to training.
    json["apply_spec_augment"] = .bool(false)
    for name in [
      "mask_time_prob", "mask_feature_prob", "layerdrop", "hidden_dropout", "attention_dropout", "activation_dropout",
      "feat_proj_dropout", "final_dropout",
    ] {
      json[name] = .number(0)
    }
    json["torch_dtype"] = .string("float32")
    return .object(json)
  }

  /// `preprocessor_config.json`.
  var preprocessor: JSONValue {
    .object([
      "feature_extractor_type": .string("Wav2Vec2FeatureExtractor"),
      "do_normalize": .bool(shape.normalizesWaveform),
      "feature_size": .integer(1),
      "padding_side": .string("right"),
      "padding_value": .number(0),
      "return_attention_mask": .bool(shape.convolutions.first?.norm == .layer),
      "sampling_rate": .integer(EncoderShape.sampleRate),
    ])
  }

  /// What is added to the variance of a waveform that the feature extractor normalises, which no file says.
  static let waveformEpsilon = 1e-7

  /// What a person should know.
  var notes: [String] {
    var notes: [String] = []
    if shape.normalizesWaveform, shape.waveformEpsilon != HuggingFaceForm.waveformEpsilon {
      notes.append(
        "the model normalises waveforms with \(shape.waveformEpsilon) added to the variance, and transformers' feature"
          + " extractor with \(HuggingFaceForm.waveformEpsilon), which no file can change: for the same features give"
          + " the model (x - mean) / sqrt(variance + \(shape.waveformEpsilon)) yourself")
    }
    if architecture != kind.name {
      notes.append(
        "config.json names \(architecture), as ContentVec's users define it: \(kind.name) with a linear layer"
          + " final_proj, which \(kind.name) itself leaves out")
    } else if shape.finalProjection != nil {
      notes.append("\(kind.name) has no final projection: that of the model is left out")
    }
    if !sizes.paddedLayers.isEmpty {
      let layers = sizes.paddedLayers.map(String.init).joined(separator: ", ")
      notes.append("filled up with zeros: layers \(layers)")
    }
    if shape.normPlacement == .before {
      notes.append(
        "transformers up to 5.15 puts the last of hidden_states through the encoder's norm, 5.16 does not;"
          + " last_hidden_state is the same in both")
    }
    return notes
  }
}
