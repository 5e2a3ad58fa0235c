public import LHKernels
import LHSystem

/// How a model is run. Only `precision` changes the numbers, but for the last bits that another backend or instruction
/// set rounds in another way.
public struct RuntimeOptions: Sendable {
  /// Threads that one run uses; nil for as many as this process may use processors.
  public var threadCount: Int?
  /// Who multiplies matrices.
  public var gemm: GEMMBackend
  /// "avx512", "avx2", "baseline" or "scalar"; "avx512-amx" with matrix registers; "avx512-plain" or "avx2-plain"
  /// without the instructions for dot products of bytes and bfloat16; nil for what the environment variable `LHB_ISA`
  /// names, else the fastest.
  public var instructionSet: String?
  /// Number formats of the products with weights.
  public var precision: Precision
  /// The relative error of the last hidden state, as a ratio of root mean squares, that `Precision.auto` may make; nil
  /// for none, which means float32. 0.01 is 40 dB, 0.03 about 30 dB. The error is measured when the model is opened,
  /// against float32 with the weights of the same file (`PrecisionTrial`), which takes as long as opening it several
  /// times. Other precisions do not look at it.
  public var maxError: Double?

  /// Options.
  public init(
    threadCount: Int? = nil, gemm: GEMMBackend = .automatic, instructionSet: String? = nil,
    precision: Precision = .auto, maxError: Double? = nil
  ) {
    self.threadCount = threadCount
    self.gemm = gemm
    self.instructionSet = instructionSet
    self.precision = precision
    self.maxError = maxError
  }

  /// How many threads a program should let people ask for; `LH_MAX_THREADS` says the same to C.
  public static let threadCounts = 1...1024

  /// The number of threads that these options mean on this machine.
  public var resolvedThreadCount: Int {
    max(threadCount ?? usableProcessorCount, 1)
  }
}
