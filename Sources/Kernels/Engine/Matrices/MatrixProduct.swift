import LHKernelTypes

/// An elementwise function after a product.
package enum Epilogue: Sendable {
  case none, gelu, coarseGELU, relu
}

/// A product C = start + A B of float32 rows with a packed matrix, where start is the biases, plus C itself when it
/// accumulates.
package struct MatrixProduct {
  /// Rows of A and C.
  package var rows: Int
  /// First element of A, [rows, depth].
  package var a: UnsafePointer<Float>
  /// Distance between rows of A, in elements; smaller than the depth where rows overlap.
  package var aStride: Int
  /// First element of C, [rows, columns].
  package var c: UnsafeMutablePointer<Float>
  /// Distance between rows of C, in elements.
  package var cStride: Int
  /// Whether C's own values are added.
  package var accumulates: Bool
  /// What is applied to C in the end.
  package var epilogue: Epilogue
  /// Products that are added in a row; see `PanelProduct`. Only the packed backend knows it, and only for float32.
  package var chainLength: Int
  /// Rows of all products of which this one is a part: how rows are multiplied depends on them alone, so that results
  /// do not depend on how they are cut. Nil for `rows`.
  package var totalRows: Int?
  /// Values of a frame, where a row is some frames that follow each other and rows overlap by whole frames; nil for
  /// rows of another kind.
  package var frameWidth: Int?

  package init(
    rows: Int, a: UnsafePointer<Float>, aStride: Int, c: UnsafeMutablePointer<Float>, cStride: Int,
    accumulates: Bool = false, epilogue: Epilogue = .none, chainLength: Int = PanelProduct.chainLength,
    totalRows: Int? = nil,
    frameWidth: Int? = nil
  ) {
    self.rows = rows
    self.a = a
    self.aStride = aStride
    self.c = c
    self.cStride = cStride
    self.accumulates = accumulates
    self.epilogue = epilogue
    self.chainLength = chainLength
    self.totalRows = totalRows
    self.frameWidth = frameWidth
  }
}

/// Memory that a product works with beside its operands.
package struct ProductScratch {
  /// `WeightMatrix.scratchCount` floats for rounded or split rows. Rows of float32 are not split without them.
  package var rows: UnsafeMutablePointer<Float>?
  /// `StrassenPlan.scratchCount` floats, where Strassen's algorithm may be used if it pays; nil where its larger error
  /// does not suit.
  package var strassen: UnsafeMutablePointer<Float>?

  package init(rows: UnsafeMutablePointer<Float>? = nil, strassen: UnsafeMutablePointer<Float>? = nil) {
    self.rows = rows
    self.strassen = strassen
  }
}

extension WeightView {
  /// Computes a product on the threads of a pool: rounds the rows first if the matrix is not float32.
  package func multiply(
    _ product: MatrixProduct, with multiplier: MatrixMultiplier, on pool: WorkerPool,
    scratch: ProductScratch = ProductScratch()
  ) {
    guard product.rows > 0 else { return }
    let table = table
    if let split = SplitRows(product, table, multiplier, at: scratch.rows) {
      split.split(on: pool)
      let product = RowsProduct(product, split.written, table)
      multiplier.shareOut(product, on: pool) { multiplier.multiply(product, rows: $0, panels: $1) }
      return
    }
    if let strassen = scratch.strassen,
      let plan = StrassenPlan(rows: product.rows, matrix: table, multiplier: multiplier)
    {
      multiplier.multiply(RowsProduct(product, MatrixRows(product), table), plan, on: pool, scratch: strassen)
      return
    }
    var a = MatrixRows(product)
    if let storage = rowStorage(for: product, scratch) {
      let tasks = (product.rows + 31) / 32
      pool.run(tasks) { task, _ in
        let rows = task * product.rows / tasks..<(task + 1) * product.rows / tasks
        round(product, rows, to: storage, kernels: multiplier.kernels)
      }
      a = storage.written
    }
    let product = RowsProduct(product, a, table)
    multiplier.shareOut(product, on: pool) { multiplier.multiply(product, rows: $0, panels: $1) }
  }

  /// Computes a product on the calling thread, without Strassen's algorithm.
  package func multiply(
    _ product: MatrixProduct, with multiplier: MatrixMultiplier, scratch: ProductScratch = ProductScratch()
  ) {
    let table = table
    var a = MatrixRows(product)
    if let split = SplitRows(product, table, multiplier, at: scratch.rows) {
      split.split()
      a = split.written
    } else if let storage = rowStorage(for: product, scratch) {
      round(product, 0..<product.rows, to: storage, kernels: multiplier.kernels)
      a = storage.written
    }
    let product = RowsProduct(product, a, table)
    multiplier.forEachBlock(of: product) { rows in
      multiplier.multiply(product, rows: rows, panels: product.matrix.parts.indices)
    }
  }

  /// Floats that rounded or split rows of a product need.
  ///
  /// - Parameters:
  ///   - distance: Values between two rows; nil for the depth.
  ///   - frameWidth: See `MatrixProduct.frameWidth`.
  package func scratchCount(
    rows: Int, distance: Int? = nil, frameWidth: Int? = nil, with multiplier: MatrixMultiplier
  ) -> Int {
    matrix.format.isReduced
      ? rowScratchCount(rows: rows)
      : SplitRows.scratchCount(
        rows: rows, depth: depth, distance: distance ?? depth, frameWidth: frameWidth, multiplier)
  }

  private func rowStorage(for product: MatrixProduct, _ scratch: ProductScratch) -> RowStorage? {
    guard matrix.format.isReduced else { return nil }
    guard let start = scratch.rows else { preconditionFailure("rounded rows need memory") }
    return rowStorage(product.rows, at: start)
  }

  private func round(_ product: MatrixProduct, _ rows: Range<Int>, to storage: RowStorage, kernels: KernelSet) {
    round(
      product.a + rows.lowerBound * product.aStride, count: rows.count, stride: product.aStride,
      to: storage.rows(from: rows.lowerBound), kernels: kernels)
  }
}

extension WeightMatrix {
  /// Floats that `count` rounded rows need; 0 for float32.
  func rowScratchCount(rows count: Int) -> Int { whole.rowScratchCount(rows: count) }

  /// Floats that rounded or split rows of a product need.
  ///
  /// - Parameters:
  ///   - distance: Values between two rows; nil for the matrix's depth.
  ///   - frameWidth: See `MatrixProduct.frameWidth`.
  package func scratchCount(
    rows: Int, distance: Int? = nil, frameWidth: Int? = nil, with multiplier: MatrixMultiplier
  ) -> Int {
    whole.scratchCount(rows: rows, distance: distance, frameWidth: frameWidth, with: multiplier)
  }

  /// Computes a product on the threads of a pool: rounds the rows first if the matrix is not float32.
  package func multiply(
    _ product: MatrixProduct, with multiplier: MatrixMultiplier, on pool: WorkerPool,
    scratch: ProductScratch = ProductScratch()
  ) {
    whole.multiply(product, with: multiplier, on: pool, scratch: scratch)
  }

  /// Computes a product on the calling thread, without Strassen's algorithm.
  package func multiply(
    _ product: MatrixProduct, with multiplier: MatrixMultiplier, scratch: ProductScratch = ProductScratch()
  ) {
    whole.multiply(product, with: multiplier, scratch: scratch)
  }
}

extension MatrixRows {
  fileprivate init(_ product: MatrixProduct) { self.init(product.a, stride: product.aStride) }
}
