public import LHTensors

/// The forms in which a model is written for other programs.
public enum ExportForm: String, Sendable, Hashable, CaseIterable {
  /// A folder that transformers loads: `config.json`, `preprocessor_config.json`, `model.safetensors`.
  case huggingFace = "hf"
  /// One `.safetensors` file with the names of a `.lhb` file, which says itself what it computes.
  case safetensors
  /// A graph from samples to hidden states.
  case onnx

  /// What it is called.
  public var name: String {
    switch self {
    case .huggingFace: "a Hugging Face model"
    case .safetensors: "safetensors"
    case .onnx: "an ONNX graph"
    }
  }
}

/// How a model is written.
public struct ExportOptions: Sendable {
  /// The number format of the weights in a safetensors file; the other forms have float32.
  public var elementType: ElementType
  /// Whether layers with fewer heads or FFN units than others are filled up with zeros, for a Hugging Face model.
  public var pads: Bool
  /// Whether an ONNX graph gives all hidden states, and not the last alone.
  public var hiddenStates: Bool
  /// The layer whose output the final projection of an ONNX graph takes, counted from 1; nil for the last hidden state.
  public var projectedLayer: Int?
  /// Whether the weights of an ONNX graph lie in a second file although one would do.
  public var externalData: Bool
  /// Whether what is there may be replaced.
  public var replacing: Bool
  /// The program that writes, with its version.
  public var tool: (name: String, version: String)

  /// Options.
  public init(
    elementType: ElementType = .float32, pads: Bool = false, hiddenStates: Bool = false, projectedLayer: Int? = nil,
    externalData: Bool = false, replacing: Bool = false, tool: (name: String, version: String)
  ) {
    self.elementType = elementType
    self.pads = pads
    self.hiddenStates = hiddenStates
    self.projectedLayer = projectedLayer
    self.externalData = externalData
    self.replacing = replacing
    self.tool = tool
  }
}

/// What was written.
public struct ExportSummary: Sendable {
  /// The files, as the caller can open them.
  public let files: [String]
  /// Bytes of all of them.
  public let byteCount: Int
  /// What the form makes of the model, in one line: the class that loads it, or inputs and outputs.
  public let about: String
  /// What a person should know although nothing is wrong, a line each.
  public let notes: [String]
}
