import Glibc

/// OpenBLAS, loaded when it is first needed.
///
/// A program that is linked with it starts OpenBLAS's threads before `main`, whoever multiplies later; and those look
/// for work for some 30 ms before they sleep, on the cores that are to load the model.
package enum OpenBLAS {
  /// Loads the library. Needed before the first product only to be told that it is missing.
  package static func load() throws(KernelFault) { _ = try sgemm.get() }

  /// C = A B + beta C, row-major, on the calling thread.
  ///
  /// - Parameters:
  ///   - a: [rows, depth] with `aStride` between rows, at least `depth`.
  ///   - b: [depth, columns], or [columns, depth] if it is transposed, with `bStride` between rows.
  ///   - c: [rows, columns] with `cStride` between rows.
  static func multiply(
    rows: Int, columns: Int, depth: Int, a: UnsafePointer<Float>, aStride: Int, b: UnsafePointer<Float>, bStride: Int,
    isTransposed: Bool = false, beta: Float, c: UnsafeMutablePointer<Float>, cStride: Int
  ) {
    do throws(KernelFault) {
      try sgemm.get()(
        rowMajor, asItIs, isTransposed ? transposed : asItIs, Int32(rows), Int32(columns), Int32(depth), 1, a,
        Int32(aStride), b, Int32(bStride), beta, c, Int32(cStride))
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// cblas_sgemm: the layout, whether A and B are transposed, rows, columns, depth, alpha, A, B, beta, C.
  package typealias SGEMM =
    @convention(c) (
      Int32, Int32, Int32, Int32, Int32, Int32, Float, UnsafePointer<Float>, Int32, UnsafePointer<Float>, Int32, Float,
      UnsafeMutablePointer<Float>, Int32
    ) -> Void
  private typealias SetThreadCount = @convention(c) (Int32) -> Void

  // Values of the C interface to BLAS.
  private static let rowMajor: Int32 = 101
  private static let asItIs: Int32 = 111
  private static let transposed: Int32 = 112

  private static let sgemm: Result<SGEMM, KernelFault> = find(in: "libopenblas.so.0")

  /// Loads a library and finds what is needed of it, set to one thread.
  package static func find(in name: String) -> Result<SGEMM, KernelFault> {
    guard let library = dlopen(name, RTLD_NOW | RTLD_LOCAL), let sgemm = dlsym(library, "cblas_sgemm"),
      let setThreadCount = dlsym(library, "openblas_set_num_threads")
    else { return .failure(.missingOpenBLAS(reason: dlerror().map { String(cString: $0) } ?? name)) }
    // It is called on our threads, each for its own rows.
    unsafeBitCast(setThreadCount, to: SetThreadCount.self)(1)
    return .success(unsafeBitCast(sgemm, to: SGEMM.self))
  }
}
