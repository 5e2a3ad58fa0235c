import LHConfiguration
public import LHModel
import LHTensorNames

/// The files of a model understood: what is computed, and which of their tensors it is made from.
public struct FamilyReading: Sendable {
  /// Its family.
  public let family: ModelFamily
  /// What the files are.
  public let container: ContainerKind
  /// What is computed.
  public let shape: EncoderShape
  /// The tensors in the order of the layout.
  public let tensors: [FamilyTensor]
  /// What a person should know of how it was read although nothing is wrong, a line each.
  public let notes: [String]

  /// Finds out what files hold.
  ///
  /// - Throws: `FamilyFault` when it is no model that is computed here.
  public init(_ files: ModelFiles, _ choices: ReadingChoices = .init()) throws(FamilyFault) {
    let recognition = try Recognition(files, choices)
    let stated = recognition.stated
    let prefix = try FamilyReading.prefix(recognition, files)
    let finder = TensorFinder(recognition.container, stated, prefix: prefix, shapeOf: files.shapeOf)
    family = stated.family
    container = recognition.container
    shape = EncoderShape(stated, finder, choices)
    let title = ModelTitle(name: FamilyReading.name(family, shape), container: container.name)
    if let violation = shape.sizeBeyondLimits { throw .invalidConfiguration([violation]) }
    if let contradiction = shape.contradictions.first {
      throw .contradictory(contradiction)
    }
    guard max(shape.convolutions.minimumSampleCount, shape.convolutions.hop) <= Limits.frameSamples else {
      throw .invalidConfiguration([
        Violation(
          field: "the convolutions", value: "a stack that needs more than \(Limits.frameSamples) samples a frame",
          allowed: "smaller kernels and strides")
      ])
    }
    tensors = EncoderLayout(shape).tensors.map { FamilyTensor(tensor: $0, source: finder.source(of: $0)) }
    let problems = FamilyReading.problems(tensors, files)
    guard problems.isEmpty else { throw .tensorsDoNotFit(title, problems) }
    let leftOver = LeftOver(files.tensorNames, prefix: prefix, used: tensors, shape: shape)
    guard leftOver.unknown.isEmpty else { throw .tensorsDoNotFit(title, [.unused(tensors: leftOver.unknown)]) }
    try FamilyReading.checkHeads(choices, recognition)
    notes = stated.notes + FamilyReading.notes(stated, shape, choices) + leftOver.notes
  }

  /// Heads can only be chosen where nothing says how many there are.
  private static func checkHeads(_ choices: ReadingChoices, _ recognition: Recognition) throws(FamilyFault) {
    guard let heads = choices.heads, recognition.container != .torchaudio,
      recognition.stated.heads.contains(where: { $0 != heads })
    else { return }
    let own = recognition.stated.heads.compactMap { $0 }
    throw .invalidConfiguration([
      Violation(
        field: "--heads", value: "\(heads)",
        allowed: "none, since the file says itself how many heads there are"
          + (Set(own).count == 1 ? ": \(own[0])" : ""))
    ])
  }

  /// What a person should know of how configuration, tensors and choices were brought together.
  private static func notes(_ stated: StatedEncoder, _ shape: EncoderShape, _ choices: ReadingChoices) -> [String] {
    var notes: [String] = []
    let hasBiases = shape.convolutions.contains(where: \.hasBias)
    if stated.hasConvolutionBias == false, hasBiases {
      notes.append("conv_bias is false, but the convolutions have biases, which are used")
    } else if stated.hasConvolutionBias == true, !hasBiases {
      notes.append("conv_bias is true, but the convolutions have no biases, and none are used")
    }
    if stated.hasRelativeBias == false, shape.attentionBias != .none {
      notes.append("relative_position_embedding is false, but the file has the table, which is used")
    }
    if stated.normalizesWaveform == nil, choices.normalizesWaveform == nil {
      let isLayerNorm = stated.extractorNorm == .layer
      notes.append(
        "nothing says whether the waveform is normalised: it is \(isLayerNorm ? "normalised" : "taken as it is"), as in"
          + " published models with a \(isLayerNorm ? "layer" : "group") norm extractor (--normalize says otherwise)")
    }
    if choices.waveformEpsilon != nil, !shape.normalizesWaveform {
      notes.append("the waveform is not normalised, so that --waveform-eps changes nothing")
    }
    return notes
  }

  init(
    family: ModelFamily, container: ContainerKind, shape: EncoderShape, tensors: [FamilyTensor], notes: [String]
  ) {
    self.family = family
    self.container = container
    self.shape = shape
    self.tensors = tensors
    self.notes = notes
  }

  /// The model, its file and what people ask about, in one line: "HuBERT Base, fairseq checkpoint, group norm, waveform
  /// as it is".
  public var summary: String {
    var parts = [FamilyReading.name(family, shape), container.name]
    parts.append(shape.convolutions.first?.norm == .layer ? "layer norms" : "group norm")
    if shape.normPlacement == .before { parts.append("pre-norm") }
    parts.append(
      shape.normalizesWaveform ? "waveform normalised (eps \(shape.waveformEpsilon))" : "waveform as it is")
    if let width = shape.finalProjection { parts.append("final projection to \(width)") }
    return parts.joined(separator: ", ")
  }

  static func problems(_ tensors: [FamilyTensor], _ files: ModelFiles) -> [TensorProblem] {
    var problems: [TensorProblem] = []
    var seen: Set<String> = []
    for tensor in tensors {
      for (name, shape) in tensor.sources where seen.insert(name).inserted {
        guard let found = files.shapeOf(name) else {
          problems.append(.missing(tensor: name, shape: shape))
          continue
        }
        if !FamilyTensor.fits(found, shape) {
          problems.append(.wrongShape(tensor: name, found: found, expected: shape))
        }
      }
    }
    return problems
  }

  /// The longest prefix that is one.
  private static let prefixLimit = 256

  /// What stands before the names of the model's tensors, such as "hubert." or "w2v_encoder.w2v_model.".
  private static func prefix(_ recognition: Recognition, _ files: ModelFiles) throws(FamilyFault) -> String {
    let finder = TensorFinder(recognition.container, recognition.stated, prefix: "", shapeOf: { _ in nil })
    let mark = finder.name(.weight(.convolution(0)))
    var prefixes: [String] = []
    for name in files.tensorNames where name.hasSuffix(mark) {
      let prefix = String(name.dropLast(mark.count))
      guard prefix.utf8.count <= prefixLimit else { continue }
      if prefix.isEmpty || prefix.hasSuffix(".") { prefixes.append(prefix) }
    }
    guard let first = prefixes.first else {
      let title = ModelTitle(name: recognition.stated.family.name, container: recognition.container.name)
      throw .tensorsDoNotFit(title, [.noneOfModel(example: mark, found: files.tensorNames)])
    }
    guard prefixes.count == 1 else { throw .ambiguousPrefixes(prefixes.sorted()) }
    return first
  }

  /// The family, and the published size if it has one.
  static func name(_ family: ModelFamily, _ shape: EncoderShape) -> String {
    switch family {
    case .huBERT, .wav2Vec2, .data2VecAudio, .wavLM, .uniSpeech, .uniSpeechSAT: break
    case .lightHuBERT, .distilHuBERT, .dpHuBERT, .dpWavLM: return family.name
    }
    switch (shape.width, shape.layers.count) {
    case (768, 12): return "\(family.name) Base"
    case (1024, 24): return "\(family.name) Large"
    case (1280, 48): return family == .huBERT ? "HuBERT XLarge" : "\(family.name) 1B"
    case (1920, 48): return "\(family.name) 2B"
    default:
      let count = shape.layers.count
      return "\(family.name) (\(count) \(count == 1 ? "layer" : "layers") of width \(shape.width))"
    }
  }
}
