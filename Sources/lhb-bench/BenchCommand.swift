public import ArgumentParser
import AudioFile
import CommandSupport
import JSON
public import Kernels
import LightHuBERT
import Subnet

/// `lhb-bench`: how fast a model runs on this machine.
@main
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lhb-bench",
    abstract: "Measures how fast a LightHuBERT subnet runs here.",
    usage: "lhb-bench [options] <model>",
    discussion: """
      The model is loaded once. For each length it is run once unmeasured, unless that takes over 10 s; then the median of \
      some runs counts, with the median of their absolute differences from it. GFLOP/s are the operations of the direct \
      algorithm over the time, and stand beside what this processor's fused multiply-adds reach in the same run. The \
      stages' shares are those of the time of runs after that. Memory is the most that the process held while it ran that \
      length.

      Examples:
        lhb-bench small.lhb
        lhb-bench small.lhb --seconds 1,5 --threads 1
        lhb-bench small.lhb --audio talk.wav --threads 2 --runs 7 --json

      Compare ratios of runs on one machine, taken in turn: other programs on it slow all of them. OpenBLAS may be held \
      back by OPENBLAS_CORETYPE; unset it to measure --gemm openblas. LHB_ISA=avx512, avx512-plain, avx2, avx2-plain, \
      baseline or scalar forces an instruction set; the plain ones use no dot products of bytes and bfloat16. \
      What the variable LHB_COMMIT says goes into the JSON as the commit that the program was built from.
      """,
    version: LightHuBERTVersion.current)

  @Argument(help: "A .lhb file.")
  var model: String

  @Option(help: ArgumentHelp("A sound file to run on, instead of noise.", valueName: "file"))
  var audio: String?

  @Option(help: ArgumentHelp("Lengths of the noise; when missing, \(usualSeconds).", valueName: "seconds"))
  var seconds: String?

  @Option(help: ArgumentHelp("Threads; when missing, as many as there are processors.", valueName: "number"))
  var threads: Int?

  @Option(help: ArgumentHelp("Arithmetic of the products.", valueName: "format"))
  var precision = Precision.f32

  @Option(help: ArgumentHelp("Who multiplies matrices.", valueName: "library"))
  var gemm = GEMMBackend.automatic

  @Option(help: ArgumentHelp("Measured runs of each length.", valueName: "number"))
  var runs = 5

  @Flag(help: "Print one JSON object instead of a table.")
  var json = false

  static func main() { runProgram() }

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads takes a number from 1 to 1024, found \(threads)")
    }
    guard (1...10_000).contains(runs) else {
      throw ValidationError("--runs takes a number from 1 to 10000, found \(runs)")
    }
    if audio != nil && seconds != nil { throw ValidationError("--audio and --seconds exclude each other") }
    _ = try lengths()
  }

  func run() throws {
    let options = RuntimeOptions(threadCount: threads, gemm: gemm)
    let bench = try Bench(path: model, options: options, runs: runs)
    var results: [Measurement] = []
    if let audio {
      let recording = try Recording(of: .file(path: audio))
      do {
        results.append(try bench.measure(recording.samples))
      } catch let fault as ModelFault {
        throw LocatedFault(path: audio, fault)
      }
    } else {
      do {
        for length in try lengths() { results.append(try bench.measure(Bench.noise(seconds: length))) }
      } catch let fault as ModelFault {
        throw UsageFault("--seconds \(seconds ?? BenchCommand.usualSeconds): \(fault)")
      }
    }
    let report = BenchReport(bench: bench, measurements: results)
    try StandardOutput.write(json ? report.json.text() + "\n" : report.table)
  }

  private static let usualSeconds = "1,5,15,60"

  private func lengths() throws -> [Double] {
    try (seconds ?? BenchCommand.usualSeconds).split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let value = Double(String(part)), value > 0, value <= 86_400 else {
        throw ValidationError("--seconds takes lengths up to 86400 with commas between them, found '\(part)'")
      }
      return value
    }
  }
}

extension GEMMBackend: ExpressibleByArgument {}

extension Precision: ExpressibleByArgument {}
