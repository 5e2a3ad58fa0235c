import KernelTypes

/// A product C = start + A B of many rows of bfloat16 with a whole bfloat16 matrix.
package struct BFloat16Product {
  /// Rows of A and C.
  package var rows: Int
  /// First element of A: rows as `BFloat16Matrix.round` writes them.
  package var a: UnsafePointer<UInt16>
  /// Distance between rows of A, in elements; smaller than the depth where rows overlap.
  package var aStride: Int
  /// B and the biases.
  package var matrix: BFloat16Matrix
  /// First element of C, [rows, columns].
  package var c: UnsafeMutablePointer<Float>
  /// Distance between rows of C, in elements.
  package var cStride: Int
  /// Whether C's own values are added.
  package var accumulates = false
  /// What is applied to C in the end.
  package var epilogue = Epilogue.none

  package init(
    rows: Int, a: UnsafePointer<UInt16>, aStride: Int, matrix: BFloat16Matrix, c: UnsafeMutablePointer<Float>,
    cStride: Int, accumulates: Bool = false, epilogue: Epilogue = .none
  ) {
    self.rows = rows
    self.a = a
    self.aStride = aStride
    self.matrix = matrix
    self.c = c
    self.cStride = cStride
    self.accumulates = accumulates
    self.epilogue = epilogue
  }
}

extension MatrixMultiplier {
  /// A product on the threads of a pool.
  package func multiply(_ product: BFloat16Product, on pool: WorkerPool) {
    shareOut(rows: product.rows, panels: product.matrix.panelCount, on: pool) { rows, panels in
      multiply(product, rows: rows, panels: panels)
    }
  }

  /// A product on the calling thread.
  package func multiply(_ product: BFloat16Product) {
    forEachBlock(ofRows: product.rows) { rows in
      multiply(product, rows: rows, panels: 0..<product.matrix.panelCount)
    }
  }

  /// The columns of one panel, on the calling thread and without an epilogue; C begins at the panel's first column.
  package func multiply(_ product: BFloat16Product, panel index: Int) {
    let matrix = product.matrix
    let (columns, width) = matrix.layout.panel(index)
    let panel = matrix.panel(index)
    let count = matrix.rowCount * width
    kernels.multiplyBFloat16Panel(
      BFloat16PanelProduct(
        rows: product.rows, depth: matrix.rowCount, a: product.a, aStride: product.aStride, b: panel,
        vectors: width / kernels.lanes, bias: matrix.bias.map { $0 + columns.lowerBound },
        accumulates: product.accumulates, c: product.c, cStride: product.cStride, width: columns.count,
        upcoming: UnsafeRawPointer(panel + count), upcomingCount: 2 * count))
  }

  private func multiply(_ product: BFloat16Product, rows: Range<Int>, panels: Range<Int>) {
    guard !rows.isEmpty else { return }
    for index in panels {
      let columns = product.matrix.layout.panel(index).columns
      var part = product
      part.rows = rows.count
      part.a += rows.lowerBound * product.aStride
      part.c += rows.lowerBound * product.cStride + columns.lowerBound
      multiply(part, panel: index)
      finish(part.c, rows: rows.count, columns: columns.count, stride: product.cStride, epilogue: product.epilogue)
    }
  }
}
