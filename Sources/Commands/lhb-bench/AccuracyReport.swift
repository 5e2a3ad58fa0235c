import LHCommandSupport
import LHModel
import LHRuntime

/// Comparisons with float32, for people as tables.
struct AccuracyReport {
  let files: SubnetPair
  let bench: AccuracyBench
  /// What the audio is, in a word or by its path.
  let audio: String
  let comparisons: [Comparison]

  /// Length of the audio.
  var audioSeconds: Double { Double(bench.samples.count) / 16_000 }

  /// One table of all precisions, and one of the hidden states of each.
  var table: String {
    let model = bench.reference
    let threads = model.options.resolvedThreadCount
    return """
      model       \(bench.reference.summary)
      reference   \(files.description)
      audio       \(Formatting.fixed(audioSeconds, 2)) s, \(oneLine(audio))
      runs        \(bench.runs) of each in turn on \(threads) thread\(threads == 1 ? "" : "s"), \
      \(bench.reference.instructionSet)

      \(summary)\(comparisons.map(states).joined())
      """
  }

  private var summary: String {
    let header = ["precision", "median s", "float32 s", "of float32", "weights", "in float32", "last SNR dB"]
    let weights = Formatting.size(bench.reference.weightByteCount)
    let rows = comparisons.map { one in
      [
        one.model.precision.rawValue, Formatting.fixed(one.median, 4), Formatting.fixed(one.referenceMedian, 4),
        Formatting.fixed(one.median / one.referenceMedian, 3), Formatting.size(one.model.weightByteCount), weights,
        Formatting.fixed(one.last.signalToNoise, 2),
      ]
    }
    return Table.aligned([header] + rows)
  }

  private func states(of comparison: Comparison) -> String {
    let header = ["state", "SNR dB", "cosine", "relative error", "largest error"]
    var rows = comparison.states.enumerated().map { row("\($0)", $1) }
    if bench.reference.shape.normPlacement == .before { rows.append(row("last", comparison.last)) }
    return "\n\(comparison.model.precision.rawValue)\n" + Table.aligned([header] + rows)
  }

  private func row(_ name: String, _ difference: StateDifference) -> [String] {
    [
      name, Formatting.fixed(difference.signalToNoise, 2), Formatting.fixed(difference.cosine, 6),
      Formatting.ratio(difference.relativeError), Formatting.ratio(difference.largestError),
    ]
  }
}
