public import ArgumentParser
public import LHKernels
public import LHRuntime

/// What the programs that run a model let the user say about that, beside the precision: what is meant without that
/// option is each program's own.
public struct RunOptions: ParsableArguments {
  /// The error that a precision may make which is chosen.
  @Option(help: PrecisionText.maxErrorHelp, transform: PrecisionText.maxError(argument:))
  public var maxError: Double?

  /// How many threads run the model.
  @Option(help: ArgumentHelp("Threads; when missing, as many as there are processors.", valueName: "number"))
  public var threads: Int?

  /// Who multiplies.
  @Option(help: ArgumentHelp("Who multiplies matrices.", valueName: "library"))
  public var gemm = Multiplication.auto

  /// The defaults.
  public init() {}

  /// Makes sure that there can be so many threads.
  public func validate() throws {
    let counts = RuntimeOptions.threadCounts
    guard let threads, !counts.contains(threads) else { return }
    throw ValidationError(
      "--threads takes a number from \(counts.lowerBound) to \(counts.upperBound), found \(threads)")
  }
}

extension RunOptions {
  /// Makes sure that an allowed error stands beside a precision which is chosen by it.
  public func check(_ precision: Precision?) throws {
    guard maxError != nil, let precision, precision != .auto else { return }
    throw ValidationError("--max-error is for --precision auto, found \(precision.rawValue)")
  }

  /// The model's options that these mean.
  public func runtimeOptions(_ precision: Precision) -> RuntimeOptions {
    RuntimeOptions(
      threadCount: threads, gemm: gemm.backend, precision: precision, maxError: precision == .auto ? maxError : nil)
  }
}

extension Precision: ExpressibleByArgument {}
