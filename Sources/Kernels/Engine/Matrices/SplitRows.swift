import LHKernelTypes

/// The rows of a float32 product as planes of bfloat16, for matrix registers; see `BFloat16Splitting`.
struct SplitRows {
  private let kernels: SplitKernels
  /// What is split: the product's rows, or all of them as one where they overlap.
  private let rows, width: Int
  private let x: UnsafePointer<Float>
  private let xStride: Int
  private let planes: UnsafeMutablePointer<UInt16>
  private let places: Places

  /// Products of fewer rows take no longer with vectors, since panels have to be split too.
  private static let leastRows = 64
  /// Shorter sums would mostly be of zeros.
  private static let leastDepth = 64

  /// The depth that all panels are multiplied with before the next part of it.
  static let deepestPart = 512

  /// How planes lie, in elements.
  private struct Places {
    /// Distance between rows, smaller than the depth where rows overlap; else an odd number of cache lines, as that of
    /// rounded rows.
    let stride: Int
    let planeStride: Int

    init(rows: Int, depth: Int, distance: Int) {
      stride = distance < depth ? distance : ((2 * depth + 63) / 64 | 1) * 32
      planeStride = (distance < depth ? (rows - 1) * distance + depth : rows * stride).roundedUp(toMultipleOf: 32)
    }
  }

  /// Whether there are kernels for products with a matrix of this depth.
  static func areUsed(depth: Int, _ multiplier: MatrixMultiplier) -> Bool {
    multiplier.kernels.split != nil && multiplier.backend == .packed && depth >= leastDepth
  }

  /// Floats of memory for the planes; 0 where rows are not split.
  ///
  /// - Parameter distance: Values between two rows.
  static func scratchCount(rows: Int, depth: Int, distance: Int, _ multiplier: MatrixMultiplier) -> Int {
    guard areUsed(depth: depth, multiplier) else { return 0 }
    let places = Places(rows: rows, depth: depth, distance: distance)
    return (BFloat16Splitting.planes * places.planeStride / 2).wholeCacheLines
  }

  /// Planes for a product; nil where its rows are not split.
  ///
  /// - Parameter scratch: `scratchCount` floats.
  init?(
    _ product: MatrixProduct, _ matrix: PanelTable, _ multiplier: MatrixMultiplier,
    at scratch: UnsafeMutablePointer<Float>?
  ) {
    guard let scratch, let kernels = multiplier.kernels.split, matrix.kind == .float32,
      (product.totalRows ?? product.rows) >= SplitRows.leastRows,
      SplitRows.areUsed(depth: matrix.depth, multiplier)
    else { return nil }
    self.kernels = kernels
    places = Places(rows: product.rows, depth: matrix.depth, distance: product.aStride)
    let overlap = product.aStride < matrix.depth
    rows = overlap ? 1 : product.rows
    width = overlap ? (product.rows - 1) * product.aStride + matrix.depth : matrix.depth
    x = product.a
    xStride = product.aStride
    planes = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: UInt16.self)
  }

  /// Splits all rows, on the threads of a pool.
  func split(on pool: WorkerPool) {
    let tasks = (rows + 31) / 32
    pool.run(tasks) { task, _ in split(task * rows / tasks..<(task + 1) * rows / tasks) }
  }

  /// Splits all rows, on the calling thread.
  func split() { split(0..<rows) }

  private func split(_ range: Range<Int>) {
    kernels.splitRows(
      BFloat16Splitting(
        rows: range.count, width: width, x: x + range.lowerBound * xStride, xStride: xStride,
        y: planes + range.lowerBound * places.stride, yStride: places.stride, planeStride: places.planeStride))
  }

  /// What was written.
  var written: MatrixRows {
    var rows = MatrixRows(
      elements: UnsafeRawPointer(planes), stride: places.stride * MemoryLayout<UInt16>.stride, parameters: nil,
      parameterStride: 0)
    rows.planeStride = places.planeStride
    return rows
  }
}
