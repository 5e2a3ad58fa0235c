/// The forms in which models are handed on: which program wrote the configuration, and whose names tensors have.
public enum ContainerKind: Sendable, Hashable {
  /// `config.json`, with the weights beside it.
  case huggingFace
  /// fairseq's trainer: `cfg` or `args`.
  case fairseq
  /// The WavLM checkpoints of its authors: a flat `cfg`.
  case microsoft
  /// s3prl's copies of fairseq's checkpoints.
  case s3prl
  /// DistilHuBERT as s3prl trains it.
  case distiller
  /// DPHuBERT's and DPWavLM's.
  case pruned
  /// A state dict of torchaudio's, without a configuration.
  case torchaudio
  /// Safetensors with a `.lhb` file's names, as lhb-export writes them.
  case exported

  /// In words.
  public var name: String {
    switch self {
    case .huggingFace: "Hugging Face files"
    case .fairseq: "fairseq checkpoint"
    case .microsoft: "checkpoint of WavLM's authors"
    case .s3prl: "converted by s3prl"
    case .distiller: "s3prl checkpoint"
    case .pruned: "checkpoint of DPHuBERT's authors"
    case .torchaudio: "torchaudio state dict"
    case .exported: "safetensors of lhb-export"
    }
  }
}
