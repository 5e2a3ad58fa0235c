public import LHJSON

/// What was found in the files of a model, whatever they are: configurations as plain data, and names and shapes of
/// tensors.
public struct ModelFiles: Sendable {
  /// The content of `config.json`; nil when there is none.
  public var huggingFace: JSONObject?
  /// What the feature extractor of a Hugging Face folder does; nil when no file says so.
  package var preprocessor: Preprocessor?

  /// The settings of a feature extractor: those of `preprocessor_config.json`, or a part of `processor_config.json`.
  package struct Preprocessor: Sendable {
    /// What messages put before a field's name.
    package let place: String
    /// The settings.
    package let fields: JSONObject

    /// Settings.
    package init(place: String, fields: JSONObject) {
      self.place = place
      self.fields = fields
    }
  }
  /// What a checkpoint has under each key where configurations occur.
  public var configurations = JSONObject()
  /// The key of a checkpoint's state dict; nil when that is the whole file.
  public var stateDictKey: String?
  /// The keys of a checkpoint, in words.
  public var keyWords = ""
  /// The names of all tensors.
  public var tensorNames: [String]
  /// The shape of a tensor; nil when there is none of that name.
  public var shapeOf: @Sendable (String) -> [Int]?

  /// Files that have these tensors.
  public init(tensorNames: [String], shapeOf: @escaping @Sendable (String) -> [Int]?) {
    self.tensorNames = tensorNames
    self.shapeOf = shapeOf
  }
}

/// What a user knows better than the files.
public struct ReadingChoices: Sendable, Equatable {
  /// Whether the waveform is normalised; nil for what the files say.
  public var normalizesWaveform: Bool?
  /// What is added to the variance of a waveform that is normalised; nil for what goes with the files.
  public var waveformEpsilon: Double?
  /// Heads of each layer, where the files do not say; nil for those of the published model of that width.
  public var heads: Int?

  /// Choices.
  public init(normalizesWaveform: Bool? = nil, waveformEpsilon: Double? = nil, heads: Int? = nil) {
    self.normalizesWaveform = normalizesWaveform
    self.waveformEpsilon = waveformEpsilon
    self.heads = heads
  }
}
