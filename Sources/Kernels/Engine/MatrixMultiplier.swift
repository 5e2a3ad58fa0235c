package import LHKernelTypes
package import LHSystem

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

/// An elementwise function after a product.
package enum Epilogue: Sendable {
  case none, gelu, coarseGELU, relu
}

/// A product C = start + A B of many rows with a whole packed matrix.
package struct MatrixProduct {
  /// Rows of A and C.
  package var rows: Int
  /// First element of A, [rows, depth].
  package var a: UnsafePointer<Float>
  /// Distance between rows of A, in elements; smaller than the depth where rows overlap.
  package var aStride: Int
  /// B and the biases.
  package var matrix: PackedMatrix
  /// First element of C, [rows, columns].
  package var c: UnsafeMutablePointer<Float>
  /// Distance between rows of C, in elements.
  package var cStride: Int
  /// Whether C's own values are added.
  package var accumulates = false
  /// What is applied to C in the end.
  package var epilogue = Epilogue.none
  /// Products that are added in a row; see `PanelProduct`. Only the packed backend knows it.
  package var chainLength = PanelProduct.chainLength

  package init(
    rows: Int, a: UnsafePointer<Float>, aStride: Int, matrix: PackedMatrix, c: UnsafeMutablePointer<Float>,
    cStride: Int, accumulates: Bool = false, epilogue: Epilogue = .none, chainLength: Int = PanelProduct.chainLength
  ) {
    self.rows = rows
    self.a = a
    self.aStride = aStride
    self.matrix = matrix
    self.c = c
    self.cStride = cStride
    self.accumulates = accumulates
    self.epilogue = epilogue
    self.chainLength = chainLength
  }
}

/// Products of matrices with the chosen kernels and backend.
///
/// Every element is summed in the same order and the same parts, however rows, panels and depth are cut: with the
/// packed backend results do not depend on block sizes or threads. (The scalar twin's depend on `depthBlock`: it rounds
/// only where a block ends.)
package struct MatrixMultiplier: Sendable {
  /// The kernels.
  package let kernels: KernelSet
  /// Who multiplies.
  package let backend: GEMMBackend

  /// Rows of A that stay in the second-level cache while all panels pass.
  package var rowBlock = 96
  /// Depth of a panel that stays there while the rows of a block pass.
  package var depthBlock = 1536

  package init(kernels: KernelSet, backend: GEMMBackend) {
    self.kernels = kernels
    self.backend = backend
    // OpenBLAS uses other tiles for other shapes: its blocks must not depend on the number of threads.
    if backend == .openBLAS { rowBlock = 256 }
  }

  /// An empty matrix in the backend's layout, in memory of its own or of an arena.
  package func matrix(depth: Int, columns: Int, hasBias: Bool, in arena: MemoryArena? = nil)
    throws(OutOfMemory) -> PackedMatrix
  {
    try PackedMatrix(
      depth: depth, columns: columns, hasBias: hasBias, kernels: kernels, isPlain: backend == .openBLAS, arena: arena)
  }

  /// A product on the threads of a pool.
  ///
  /// - Parameter strassenScratch: `StrassenPlan.scratchCount` floats, where Strassen's algorithm may be used
  ///   if it pays; nil where the larger error does not suit.
  package func multiply(
    _ product: MatrixProduct, on pool: WorkerPool, strassenScratch: UnsafeMutablePointer<Float>? = nil
  ) {
    guard product.rows > 0 else { return }
    if backend == .packed, let strassenScratch,
      let plan = StrassenPlan(rows: product.rows, matrix: product.matrix, kernels: kernels)
    {
      multiply(product, plan, on: pool, scratch: strassenScratch)
      return
    }
    shareOut(rows: product.rows, panels: product.matrix.panelCount, on: pool) { rows, panels in
      multiply(product, rows: rows, panels: panels)
    }
  }

  /// Cuts a product into blocks of rows and groups of panels, for the threads of a pool.
  func shareOut(
    rows: Int, panels: Int, on pool: WorkerPool, _ body: (_ rows: Range<Int>, _ panels: Range<Int>) -> Void
  ) {
    guard rows > 0 else { return }
    let blocks = (rows + rowBlock - 1) / rowBlock
    // Few rows are shared out by panels, so that each thread reads its own part of the weights.
    let wanted = pool.threadCount == 1 ? 1 : 4 * pool.threadCount
    let groups = min(panels, (wanted + blocks - 1) / blocks)
    let rowsPerBlock = (rows + blocks - 1) / blocks
    pool.run(blocks * groups) { task, _ in
      let first = task / groups * rowsPerBlock
      let group = task % groups
      body(
        first..<min(first + rowsPerBlock, rows), group * panels / groups..<(group + 1) * panels / groups)
    }
  }

  /// A product on the calling thread.
  package func multiply(_ product: MatrixProduct) {
    forEachBlock(ofRows: product.rows) { rows in
      multiply(product, rows: rows, panels: 0..<product.matrix.panelCount)
    }
  }

  func forEachBlock(ofRows rows: Int, _ body: (Range<Int>) -> Void) {
    for first in stride(from: 0, to: rows, by: rowBlock) { body(first..<min(first + rowBlock, rows)) }
  }

  /// The columns of one panel, on the calling thread, with the packed backend and without an epilogue; C begins at the
  /// panel's first column.
  package func multiply(_ product: MatrixProduct, panel index: Int) {
    let panel = product.matrix.panel(index)
    kernels.multiplyPanel(
      PanelProduct(
        rows: product.rows, depth: product.matrix.depth, a: product.a, aStride: product.aStride, b: panel.start,
        bStride: panel.width, vectors: panel.width / kernels.lanes,
        bias: product.matrix.bias.map { $0 + panel.columns.lowerBound }, accumulates: product.accumulates, c: product.c,
        cStride: product.cStride, width: panel.columns.count, chainLength: product.chainLength))
  }

  func multiply(_ product: MatrixProduct, rows: Range<Int>, panels: Range<Int>) {
    guard !rows.isEmpty else { return }
    let matrix = product.matrix
    let a = product.a + rows.lowerBound * product.aStride
    for index in panels {
      let panel = matrix.panel(index)
      let c = product.c + (rows.lowerBound * product.cStride + panel.columns.lowerBound)
      let bias = matrix.bias.map { $0 + panel.columns.lowerBound }
      switch backend {
      case .packed:
        let parts = (matrix.depth + depthBlock - 1) / depthBlock
        let depthPart = ((matrix.depth + parts - 1) / parts).roundedUp(toMultipleOf: PanelProduct.chainLength)
        for start in stride(from: 0, to: matrix.depth, by: depthPart) {
          kernels.multiplyPanel(
            PanelProduct(
              rows: rows.count, depth: min(depthPart, matrix.depth - start), a: a + start, aStride: product.aStride,
              b: panel.start + start * panel.width, bStride: panel.width, vectors: panel.width / kernels.lanes,
              bias: start == 0 ? bias : nil, accumulates: product.accumulates || start > 0,
              c: c, cStride: product.cStride, width: panel.columns.count, chainLength: product.chainLength,
              upcoming: panel.start + (start + depthPart) * panel.width, upcomingCount: depthPart * panel.width))
        }
      case .openBLAS:
        start(c, rows: rows.count, columns: panel.columns.count, bias: bias, product: product)
        multiplyWithBLAS(product, a: a, b: panel.start, c: c, rows: rows.count)
      }
      finish(c, rows: rows.count, columns: panel.columns.count, stride: product.cStride, epilogue: product.epilogue)
    }
  }

  private func start(
    _ c: UnsafeMutablePointer<Float>, rows: Int, columns: Int, bias: UnsafePointer<Float>?, product: MatrixProduct
  ) {
    for row in 0..<rows {
      let c = c + row * product.cStride
      switch (bias, product.accumulates) {
      case (let bias?, true): kernels.add(c, bias, columns)
      case (let bias?, false): c.update(from: bias, count: columns)
      case (nil, true): break
      case (nil, false): c.update(repeating: 0, count: columns)
      }
    }
  }

  /// BLAS takes no overlapping rows: the depth is cut into parts that are no longer than the distance between rows.
  private func multiplyWithBLAS(
    _ product: MatrixProduct, a: UnsafePointer<Float>, b: UnsafePointer<Float>, c: UnsafeMutablePointer<Float>,
    rows: Int
  ) {
    let matrix = product.matrix
    let part = min(matrix.depth, product.aStride)
    for start in stride(from: 0, to: matrix.depth, by: part) {
      OpenBLAS.multiply(
        rows: rows, columns: matrix.columns, depth: min(part, matrix.depth - start), a: a + start,
        aStride: product.aStride, b: b + start * matrix.columns, bStride: matrix.columns, beta: 1, c: c,
        cStride: product.cStride)
    }
  }

  /// Applies an epilogue to some columns of C.
  func finish(_ c: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int, epilogue: Epilogue) {
    switch epilogue {
    case .none: break
    case .gelu: kernels.gelu(c, rows, columns, stride)
    case .coarseGELU: kernels.coarseGELU(c, rows, columns, stride)
    case .relu: kernels.relu(c, rows, columns, stride)
    }
  }
}
