import LHCommandSupport
import LHModel
import LHQuantization
import LHSubnetFile
import LHSupernet
import LHTensorNames

/// What an extraction tells on standard error.
struct ExtractionReport {
  typealias Line = (label: String, text: String)

  /// What the model is.
  let about: [Line]
  let summary: SubnetSummary
  let maxError: Double
  let paths: [String]

  /// HuBERT Base in float32, which LightHuBERT was distilled from: 94.7 million parameters.
  private static let baseByteCount = 94_700_000 * 4

  func print() {
    for (label, text) in lines {
      let padding = String(repeating: " ", count: max(1, 14 - label.count))
      StandardError.line(label + padding + text)
    }
  }

  /// What a subnet is.
  static func lines(about architecture: Architecture, of config: ModelConfig) -> [Line] {
    [
      ("subnet", ModelText.summary(of: architecture)),
      ("search space", ModelText.spaces(of: architecture)),
      ("parameters", Formatting.grouped(ParameterCount(config: config, architecture: architecture).total)),
      ("compute", ModelText.operations(EncoderShape(config: config, architecture: architecture))),
      ("waveform", ModelText.normalization(of: config)),
    ]
  }

  /// What a model is that was taken whole.
  static func lines(about shape: EncoderShape) -> [Line] {
    [
      ("model", ModelText.summary(of: shape)),
      ("extractor", ModelText.extractor(of: shape)),
      ("graph", ModelText.graph(of: shape)),
      ("parameters", Formatting.grouped(ParameterCount(shape, maskEmbedding: 0).total)),
      ("compute", ModelText.operations(shape)),
      ("waveform", ModelText.normalization(of: shape)),
    ]
  }

  private var lines: [Line] {
    about + [("stored", stored), ("rounding", rounding)] + weightErrors + decisions + [("compression", compression)]
      + paths.map { ("written", "\($0), \(Formatting.size(summary.byteCount))") }
  }

  private var stored: String {
    let counts = [StoredElementType.int8, .bfloat16, .float16, .float32]
      .map { ($0, summary.tensorCount(of: $0)) }.filter { $0.1 > 0 }
      .map { "\($0.1) \($0.1 == 1 ? "tensor" : "tensors") as \($0.0.name)" }.joined(separator: ", ")
    return summary.compressedCount > 0 ? "\(counts); \(summary.compressedCount) compressed" : counts
  }

  private var rounding: String {
    guard let tensor = summary.worstTensor else { return "none, every weight is stored unchanged" }
    return "lossy: the largest error is \(Float(summary.largestError)), in \(tensor)"
  }

  /// For each element type, how much storing changed.
  private var weightErrors: [(label: String, text: String)] {
    StoredElementType.allCases.reversed().compactMap { type in
      guard let worst = summary.worstTensor(of: type) else { return nil }
      let error = Formatting.percentage(summary.relativeError(of: type))
      return (
        "weight error",
        "\(type.name): \(error) of the weights' root mean square, "
          + "at most \(Formatting.percentage(worst.relativeError)), in \(worst.name)"
      )
    }
  }

  /// What the plan for int8 decided: outliers, and what is not in int8.
  private var decisions: [(label: String, text: String)] {
    guard let plan = summary.plan else { return [] }
    let int8 = plan.decisions.filter(\.isInt8)
    let outliers = int8.reduce(0) { $0 + $1.outliers.count }
    let layers = int8.count { !$0.outliers.isEmpty }
    let outlierText =
      outliers == 0
      ? "no channels with scales of their own"
      : "\(outliers) channels of \(layers) of \(int8.count) layers in int8 have scales of their own"
    let kept = plan.decisions.filter { !$0.isInt8 }.map { decision in
      (
        "in bfloat16",
        "\(decision.layer.name): its error in int8 is about \(Formatting.percentage(decision.estimatedError ?? 0)), "
          + "the limit \(Formatting.percentage(maxError))"
      )
    }
    return [("outliers", outlierText)] + kept
  }

  private var compression: String {
    let size = Double(summary.byteCount)
    let source = Formatting.factor(Double(summary.sourceByteCount) / size)
    let base = Formatting.factor(Double(Self.baseByteCount) / size)
    return "\(source) times smaller than the checkpoint (\(Formatting.size(summary.sourceByteCount))), "
      + "\(base) times smaller than HuBERT Base in float32 (\(Formatting.size(Self.baseByteCount)))"
  }
}

extension QuantizableLayer {
  /// What its tensors are called.
  fileprivate var name: String {
    FairseqNames().groupName(of: tensors)
  }
}
