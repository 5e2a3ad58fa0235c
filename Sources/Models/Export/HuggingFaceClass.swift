import LHModel

/// The models of transformers that a model can be loaded as.
enum HuggingFaceClass: String, CaseIterable {
  case hubert
  case wav2Vec2 = "wav2vec2"
  case uniSpeech = "unispeech"
  case uniSpeechSAT = "unispeech-sat"
  case data2VecAudio = "data2vec-audio"
  case wavLM = "wavlm"

  /// The class that loads it.
  var name: String {
    switch self {
    case .hubert: "HubertModel"
    case .wav2Vec2: "Wav2Vec2Model"
    case .uniSpeech: "UniSpeechModel"
    case .uniSpeechSAT: "UniSpeechSatModel"
    case .data2VecAudio: "Data2VecAudioModel"
    case .wavLM: "WavLMModel"
    }
  }

  /// The one of a family's own name.
  init(_ family: ModelFamily) {
    self =
      switch family {
      case .lightHuBERT, .huBERT, .distilHuBERT, .dpHuBERT: .hubert
      case .wav2Vec2: .wav2Vec2
      case .uniSpeech: .uniSpeech
      case .uniSpeechSAT: .uniSpeechSAT
      case .data2VecAudio: .data2VecAudio
      case .wavLM, .dpWavLM: .wavLM
      }
  }

  /// The class that computes what a shape says: the family's own if it does, else another one, since most of them
  /// differ in their switches only.
  ///
  /// - Throws: `Missing` with what the family's own has not, when none does.
  static func choice(for shape: EncoderShape, _ family: ModelFamily) throws(Missing) -> HuggingFaceClass {
    if let what = HuggingFaceClass.missingEverywhere(shape) { throw Missing(what: what) }
    let own = HuggingFaceClass(family)
    let others: [HuggingFaceClass] = [.hubert, .wav2Vec2, .data2VecAudio, .wavLM]
    if let fitting = ([own] + others).first(where: { $0.missing(shape) == nil }) { return fitting }
    throw Missing(what: own.missing(shape) ?? "")
  }

  /// What a class has not.
  struct Missing: Error {
    let what: String
  }

  /// What of a shape this class does not compute, in words; nil for nothing.
  private func missing(_ shape: EncoderShape) -> String? {
    let isLayered = shape.position?.kind == .layered
    if isLayered != (self == .data2VecAudio) {
      return isLayered
        ? "several position convolutions but in Data2VecAudioModel, which has layer norms in the extractor and behind"
          + " attention and FFN" : "single position convolution in Data2VecAudioModel"
    }
    if self == .data2VecAudio {
      if shape.convolutions.first?.norm != .layer { return "several position convolutions behind a group norm" }
      if shape.normPlacement == .before { return "several position convolutions before layers with their norms first" }
    }
    if shape.position?.kind == .batchNormed, self != .hubert {
      return "batch norm before the position convolution but in HubertModel"
    }
    if !shape.normalizesFeatures, self != .hubert { return "projection without a norm before it but in HubertModel" }
    if shape.layers.contains(where: { $0.adapterWidth != nil }), self != .wav2Vec2 {
      return "adapters of attention but in Wav2Vec2Model"
    }
    if (shape.attentionBias != .none) != (self == .wavLM) {
      return self == .wavLM ? "WavLMModel without its bias of attention" : "bias of attention but in WavLMModel"
    }
    return nil
  }

  /// What of a shape no class computes, in words; nil for nothing.
  private static func missingEverywhere(_ shape: EncoderShape) -> String? {
    if shape.scalesChannels { return "factors of the extractor's channels (dummy_weight), which pruning leaves" }
    let norms = shape.convolutions.map(\.norm)
    let isGroup = norms.first == .group && norms.dropFirst().allSatisfy { $0 == nil }
    if !isGroup && !norms.allSatisfy({ $0 == .layer }) {
      return "convolutions with other norms than a group norm behind the first, or layer norms behind all"
    }
    guard let position = shape.position else { return "model without a position convolution" }
    let first = position.layers[0]
    if let odd = position.layers.first(where: {
      $0.inputChannels != shape.width || $0.outputChannels != shape.width || $0.kernel != first.kernel
    }) {
      return "position convolutions of different sizes, from \(odd.inputChannels) to \(odd.outputChannels) channels"
        + " and kernel \(odd.kernel) in a model of width \(shape.width)"
    }
    if let layer = shape.layers.firstIndex(where: { $0.attention.map { $0.window != .global } ?? false }) {
      return "sliding windows of attention, as in layer \(layer)"
    }
    return nil
  }
}
