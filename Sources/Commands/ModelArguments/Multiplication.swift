public import ArgumentParser
public import LHKernels

/// Who multiplies matrices, as named on the command line.
public enum Multiplication: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// What is fastest on this processor.
  case auto
  /// The package's own kernels.
  case packed
  /// OpenBLAS.
  case openblas

  /// Who that is here.
  public var backend: GEMMBackend {
    switch self {
    case .auto: .automatic
    case .packed: .packed
    case .openblas: .openBLAS
    }
  }
}
