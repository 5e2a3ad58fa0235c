import LHKernelTypes

/// How the rows of a product lie that are split into planes of bfloat16, in elements.
struct SplitPlanes {
  /// Distance between planes.
  let stride: Int
  /// Values of a row that follow each other, and the distance between the beginnings of two such parts. A row of
  /// overlapping frames is in parts.
  let partWidth, partPitch: Int

  /// Where an element of a row lies.
  func place(of element: Int) -> Int { element / partWidth * partPitch + element % partWidth }
}

/// The rows of a float32 product as planes of bfloat16, for matrix registers; see `BFloat16Splitting`.
struct SplitRows {
  private let kernels: SplitKernels
  private let x: UnsafePointer<Float>
  private let memory: UnsafeMutablePointer<UInt16>
  private let places: Places

  /// Products of fewer rows take no longer with vectors, since panels have to be split too.
  private static let leastRows = 64
  /// Shorter sums would mostly be of zeros.
  private static let leastDepth = 64

  /// The depth that all panels are multiplied with before the next part of it.
  static let deepestPart = 512

  /// What is split, and where it goes: rows, or the frames that they consist of, each once; or all rows as one where
  /// they overlap in another way.
  private struct Places {
    /// Vectors of values, values of one, and the distance between two.
    let count, width, distance: Int
    /// Elements between two of a plane.
    let pitch: Int
    /// Elements between the beginnings of two rows.
    let rowStride: Int
    let planes: SplitPlanes

    init(rows: Int, depth: Int, distance: Int, frameWidth: Int?) {
      var partWidth = depth
      if distance < depth, let frameWidth {
        partWidth = frameWidth
        let hop = distance / frameWidth
        count = (rows - 1) * hop + depth / frameWidth
        width = frameWidth
        pitch = Places.padded(frameWidth)
        rowStride = hop * pitch
        self.distance = frameWidth
      } else if distance < depth {
        count = 1
        width = (rows - 1) * distance + depth
        pitch = width
        rowStride = distance
        self.distance = distance
      } else {
        count = rows
        width = depth
        pitch = Places.padded(depth)
        rowStride = pitch
        self.distance = distance
      }
      planes = SplitPlanes(
        stride: (count * pitch).roundedUp(toMultipleOf: 32), partWidth: partWidth, partPitch: pitch)
    }

    /// Elements of a row with what fills it up.
    private static func padded(_ width: Int) -> Int { (2 * width).oddCacheLines / 2 }
  }

  /// Whether there are kernels for products with a matrix of this depth.
  static func areUsed(depth: Int, _ multiplier: MatrixMultiplier) -> Bool {
    multiplier.kernels.split != nil && multiplier.backend == .packed && depth >= leastDepth
  }

  /// Floats of memory for the planes; 0 where rows are not split.
  ///
  /// - Parameters:
  ///   - distance: Values between two rows.
  ///   - frameWidth: See `MatrixProduct.frameWidth`.
  static func scratchCount(
    rows: Int, depth: Int, distance: Int, frameWidth: Int?, _ multiplier: MatrixMultiplier
  ) -> Int {
    guard areUsed(depth: depth, multiplier) else { return 0 }
    let places = Places(rows: rows, depth: depth, distance: distance, frameWidth: frameWidth)
    return (BFloat16Splitting.planes * places.planes.stride / 2).wholeCacheLines
  }

  /// Planes for a product; nil where its rows are not split.
  ///
  /// - Parameter scratch: `scratchCount` floats.
  init?(
    _ product: MatrixProduct, _ matrix: PanelTable, _ multiplier: MatrixMultiplier,
    at scratch: UnsafeMutablePointer<Float>?
  ) {
    guard let scratch, let kernels = multiplier.kernels.split, matrix.kind == .float32,
      (product.totalRows ?? product.rows) >= SplitRows.leastRows, SplitRows.areUsed(depth: matrix.depth, multiplier)
    else { return nil }
    self.kernels = kernels
    x = product.a
    memory = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: UInt16.self)
    places = Places(
      rows: product.rows, depth: matrix.depth, distance: product.aStride, frameWidth: product.frameWidth)
  }

  /// Splits all rows, on the threads of a pool.
  func split(on pool: WorkerPool) {
    let count = places.count
    let tasks = (count + 31) / 32
    pool.run(tasks) { task, _ in split(task * count / tasks..<(task + 1) * count / tasks) }
  }

  /// Splits all rows, on the calling thread.
  func split() { split(0..<places.count) }

  private func split(_ range: Range<Int>) {
    kernels.splitRows(
      BFloat16Splitting(
        rows: range.count, width: places.width, x: x + range.lowerBound * places.distance, xStride: places.distance,
        y: memory + range.lowerBound * places.pitch, yStride: places.pitch, planeStride: places.planes.stride))
  }

  /// What was written.
  var written: MatrixRows {
    var rows = MatrixRows(
      elements: UnsafeRawPointer(memory), stride: places.rowStride * MemoryLayout<UInt16>.stride, parameters: nil,
      parameterStride: 0)
    rows.planes = places.planes
    return rows
  }
}
