import ArgumentParser
import LHAudioArguments
import LHCommandSupport
import LHKernels
import LHModelArguments
import LHSupernet

/// `lhb-bench`: how fast a model runs on this machine.
@main
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lhb-bench",
    abstract: "Measures how fast a model runs here, and how exactly.",
    usage: "lhb-bench [options] <model>",
    discussion: """
      The model is loaded once. For each length it is run once unmeasured, unless that takes over 10 s; then the \
      median of some runs counts, with the median of their absolute differences from it. GFLOP/s are the operations \
      of the direct algorithm over the time, and stand beside what this processor's fused multiply-adds reach in the \
      same run. The stages' shares are those of the time of runs after that. Memory is the most that the process held \
      while it ran that length.

      --accuracy compares precisions with f32 instead, on one audio: for each hidden state the ratio of signal to \
      noise (SNR), the cosine, the relative error (root mean squares) and the largest error of any value; and the \
      times of runs that take turns with those of f32, and the sizes of the weights.

      Examples:
        lhb-bench small.lhb
        lhb-bench small.lhb --seconds 1,5 --threads 1
        lhb-bench small.lhb --audio talk.wav --threads 2 --runs 7 --json
        lhb-bench small.lhb --precision int8 --seconds 15
        lhb-bench small.lhb --accuracy --audio talk.wav
        lhb-bench small-int8.lhb --accuracy --precision int8 --reference small.lhb

      Compare ratios of runs on one machine, taken in turn: other programs on it slow all of them. OpenBLAS may be \
      held back by OPENBLAS_CORETYPE; unset it to measure --gemm openblas. LHB_ISA=avx512-amx, avx512, avx512-plain, \
      avx2, avx2-plain, baseline or scalar forces an instruction set; the plain ones use no dot products of bytes and \
      bfloat16. What the variable LHB_COMMIT says goes into the JSON as the commit that the program was built from.
      """,
    version: LightHuBERTVersion.current)

  @Argument(help: "A .lhb file.")
  var model: String

  @Option(help: ArgumentHelp("A sound file to run on, instead of noise.", valueName: "file"))
  var audio: String?

  @OptionGroup
  var audioOptions: AudioOptions

  @Option(
    help: ArgumentHelp(
      "Lengths of the noise; when missing, \(usualSeconds), with --accuracy \(accuracySeconds).", valueName: "seconds"))
  var seconds: String?

  @Option(help: PrecisionText.help)
  var precision: Precision?

  @OptionGroup
  var runOptions: RunOptions

  @Flag(help: "Compare a precision with f32; without --precision and --max-error, bf16, int8-mixed and int8.")
  var accuracy = false

  @Option(
    help: ArgumentHelp(
      "With --accuracy: the file of the same subnet whose weights are taken for f32, instead of the model's own.",
      valueName: "file"))
  var reference: String?

  @Option(help: ArgumentHelp("Measured runs of each length.", valueName: "number"))
  var runs = 5

  @Flag(help: "Print one JSON object instead of a table.")
  var json = false

  static func main() { runProgram() }

  func validate() throws {
    guard (1...10_000).contains(runs) else {
      throw ValidationError("--runs takes a number from 1 to 10000, found \(runs)")
    }
    if audio != nil && seconds != nil { throw ValidationError("--audio and --seconds exclude each other") }
    try runOptions.check(precision)
    if reference != nil && !accuracy { throw ValidationError("--reference is for --accuracy") }
    let lengths = try lengths()
    if accuracy && lengths.count > 1 { throw ValidationError("--accuracy takes one length, found \(lengths.count)") }
  }

  func run() throws {
    for path in [model, reference] { try FileArgument.checkInput(path, holds: "a subnet file") }
    let text = try accuracy ? measureAccuracy() : measureSpeed()
    try StandardOutput.write(text)
  }

  private static let usualSeconds = "1,5,15,60"
  private static let accuracySeconds = "5"

  /// What `--seconds` says, or the usual.
  var secondsText: String { seconds ?? (accuracy ? BenchCommand.accuracySeconds : BenchCommand.usualSeconds) }

  /// The lengths of the noise.
  func lengths() throws -> [Double] {
    try secondsText.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let value = Double(String(part)), value > 0, value <= 86_400 else {
        throw ValidationError("--seconds takes lengths up to 86400 with commas between them, found '\(part)'")
      }
      return value
    }
  }
}
