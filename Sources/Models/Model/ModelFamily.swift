/// The published models whose graphs are computed. Members of a family differ in sizes and in switches, all of which
/// `EncoderShape` has; the family itself changes nothing that is computed.
public enum ModelFamily: String, Sendable, Hashable, CaseIterable {
  case lightHuBERT = "lighthubert"
  case huBERT = "hubert"
  case wav2Vec2 = "wav2vec2"
  case uniSpeech = "unispeech"
  case uniSpeechSAT = "unispeech-sat"
  case data2VecAudio = "data2vec-audio"
  case wavLM = "wavlm"
  case distilHuBERT = "distilhubert"
  case dpHuBERT = "dphubert"
  case dpWavLM = "dpwavlm"

  /// What its authors call it.
  public var name: String {
    switch self {
    case .lightHuBERT: "LightHuBERT"
    case .huBERT: "HuBERT"
    case .wav2Vec2: "wav2vec 2.0"
    case .uniSpeech: "UniSpeech"
    case .uniSpeechSAT: "UniSpeech-SAT"
    case .data2VecAudio: "data2vec-audio"
    case .wavLM: "WavLM"
    case .distilHuBERT: "DistilHuBERT"
    case .dpHuBERT: "DPHuBERT"
    case .dpWavLM: "DPWavLM"
    }
  }
}
