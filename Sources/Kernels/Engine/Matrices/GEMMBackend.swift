/// Who multiplies matrices.
public enum GEMMBackend: String, Sendable, CaseIterable {
  /// The package's own packed kernels.
  case packed
  /// OpenBLAS, on one of our threads each; for processors without an own tile, and to compare with.
  case openBLAS = "openblas"

  /// Own kernels where there is a tile for the processor. The portable kernels compile everywhere else, but OpenBLAS
  /// has tiles for those processors.
  public static var automatic: GEMMBackend {
    #if arch(x86_64)
      .packed
    #else
      .openBLAS
    #endif
  }
}
