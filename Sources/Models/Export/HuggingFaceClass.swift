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

  /// What of a shape this class does not compute, as a sentence; nil for nothing.
  private func missing(_ shape: EncoderShape) -> String? {
    let isLayered = shape.position?.kind == .layered
    if isLayered, self != .data2VecAudio || shape.convolutions.first?.norm != .layer || shape.normPlacement == .before {
      return "Data2VecAudioModel alone has several position convolutions, and it has layer norms in the extractor and"
        + " norms behind attention and FFN"
    }
    if !isLayered, self == .data2VecAudio { return "Data2VecAudioModel has several position convolutions" }
    if shape.position?.kind == .batchNormed, self != .hubert {
      return "HubertModel alone has a batch norm before the position convolution"
    }
    if !shape.normalizesFeatures, self != .hubert {
      return "HubertModel alone has a projection without a norm before it"
    }
    if shape.layers.contains(where: { $0.adapterWidth != nil }), self != .wav2Vec2 {
      return "Wav2Vec2Model alone has adapters in its layers"
    }
    if shape.attentionBias != .none, self != .wavLM { return "WavLMModel alone has a bias of attention" }
    if shape.attentionBias == .none, self == .wavLM { return "WavLMModel has a bias of attention" }
    return nil
  }

  /// What of a shape no class computes, as a sentence; nil for nothing.
  private static func missingEverywhere(_ shape: EncoderShape) -> String? {
    if shape.scalesChannels {
      return "no class has factors of the extractor's channels (dummy_weight), which pruning leaves"
    }
    let norms = shape.convolutions.map(\.norm)
    let isGroup = norms.first == .group && norms.dropFirst().allSatisfy { $0 == nil }
    if !isGroup && !norms.allSatisfy({ $0 == .layer }) {
      return "the extractor has neither one group norm, behind the first convolution, nor layer norms behind all"
    }
    guard let position = shape.position else { return "every class has a position convolution" }
    let first = position.layers[0]
    if let odd = position.layers.first(where: {
      $0.inputChannels != shape.width || $0.outputChannels != shape.width || $0.kernel != first.kernel
    }) {
      return
        "a position convolution has \(odd.inputChannels) and \(odd.outputChannels) channels and \(odd.kernel) taps,"
        + " expected \(shape.width) channels and \(first.kernel) taps as in the first"
    }
    if let layer = shape.layers.firstIndex(where: { $0.attention.map { $0.window != .global } ?? false }) {
      return "no class has sliding windows of attention, as layer \(layer) has"
    }
    return nil
  }
}
