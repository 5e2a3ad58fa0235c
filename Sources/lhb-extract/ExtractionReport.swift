import CommandSupport
import Subnet
import SubnetFile
import Tensors

/// What an extraction tells on standard error.
struct ExtractionReport {
  let config: ModelConfig
  let architecture: Architecture
  let summary: SubnetSummary
  let paths: [String]

  func print() {
    for (label, text) in lines {
      let padding = String(repeating: " ", count: max(0, 14 - label.count))
      StandardError.line(label + padding + text)
    }
  }

  private var lines: [(label: String, text: String)] {
    [
      ("subnet", ModelText.summary(of: architecture)),
      ("search space", ModelText.spaces(of: architecture)),
      ("parameters", Formatting.grouped(ParameterCount(config: config, architecture: architecture).total)),
      ("compute", ModelText.operations(config: config, architecture: architecture)),
      ("waveform", ModelText.normalization(of: config)),
      ("stored", stored),
      ("rounding", rounding),
    ] + paths.map { ("written", "\($0), \(Formatting.size(summary.byteCount))") }
  }

  private var stored: String {
    let types = [("float16", summary.tensorCount(of: .float16)), ("float32", summary.tensorCount(of: .float32))]
    let counts = types.filter { $0.1 > 0 }
      .map { "\($0.1) \($0.1 == 1 ? "tensor" : "tensors") as \($0.0)" }.joined(separator: ", ")
    return summary.compressedCount > 0 ? "\(counts); \(summary.compressedCount) compressed" : counts
  }

  private var rounding: String {
    guard let tensor = summary.worstTensor else { return "none, every weight is stored unchanged" }
    return "lossy: the largest error is \(Float(summary.largestError)), in \(tensor)"
  }
}
