package import KernelTypes

/// A product C = start + A B of many rows of bytes with a whole eight-bit matrix.
package struct Int8Product {
  /// Rows of A and C.
  package var rows: Int
  /// First byte of A: rows as `Int8Matrix.quantize` writes them.
  package var a: UnsafePointer<UInt8>
  /// Distance between rows of A, in bytes.
  package var aStride: Int
  /// The scales and zeros of A's first row, `Int8Matrix.groupCount` of them.
  package var parameters: UnsafePointer<RowQuantization>
  /// Distance between those of rows, in elements.
  package var parameterStride: Int
  /// B and the biases.
  package var matrix: Int8Matrix
  /// First element of C, [rows, columns].
  package var c: UnsafeMutablePointer<Float>
  /// Distance between rows of C, in elements.
  package var cStride: Int
  /// Whether C's own values are added.
  package var accumulates = false
  /// What is applied to C in the end.
  package var epilogue = Epilogue.none

  package init(
    rows: Int, a: UnsafePointer<UInt8>, aStride: Int, parameters: UnsafePointer<RowQuantization>, parameterStride: Int,
    matrix: Int8Matrix, c: UnsafeMutablePointer<Float>, cStride: Int, accumulates: Bool = false,
    epilogue: Epilogue = .none
  ) {
    self.rows = rows
    self.a = a
    self.aStride = aStride
    self.parameters = parameters
    self.parameterStride = parameterStride
    self.matrix = matrix
    self.c = c
    self.cStride = cStride
    self.accumulates = accumulates
    self.epilogue = epilogue
  }
}

extension MatrixMultiplier {
  /// A product on the threads of a pool.
  package func multiply(_ product: Int8Product, on pool: WorkerPool) {
    shareOut(rows: product.rows, panels: product.matrix.panelCount, on: pool) { rows, panels in
      multiply(product, rows: rows, panels: panels)
    }
  }

  /// A product on the calling thread.
  package func multiply(_ product: Int8Product) {
    forEachBlock(ofRows: product.rows) { rows in
      multiply(product, rows: rows, panels: 0..<product.matrix.panelCount)
    }
  }

  /// The columns of one panel, on the calling thread and without an epilogue; C begins at the panel's first column.
  package func multiply(_ product: Int8Product, panel index: Int) {
    let matrix = product.matrix
    let (columns, width) = matrix.layout.panel(index)
    var a = product.a
    for group in 0..<matrix.groupCount {
      let depth = matrix.groupDepth(group)
      let panel = matrix.panel(index, group: group)
      kernels.multiplyInt8Panel(
        Int8PanelProduct(
          rows: product.rows, depth: depth, a: a, aStride: product.aStride, parameters: product.parameters + group,
          parameterStride: product.parameterStride, b: panel.start, vectors: width / kernels.lanes,
          columnScales: panel.scales, columnSums: panel.sums,
          bias: group == 0 ? matrix.bias.map { $0 + columns.lowerBound } : nil,
          accumulates: product.accumulates || group > 0, c: product.c, cStride: product.cStride, width: columns.count,
          upcoming: UnsafeRawPointer(panel.start) + depth * width, upcomingCount: depth * width))
      a += depth
    }
  }

  private func multiply(_ product: Int8Product, rows: Range<Int>, panels: Range<Int>) {
    guard !rows.isEmpty else { return }
    for index in panels {
      let columns = product.matrix.layout.panel(index).columns
      var part = product
      part.rows = rows.count
      part.a += rows.lowerBound * product.aStride
      part.parameters += rows.lowerBound * product.parameterStride
      part.c += rows.lowerBound * product.cStride + columns.lowerBound
      multiply(part, panel: index)
      finish(part.c, rows: rows.count, columns: columns.count, stride: product.cStride, epilogue: product.epilogue)
    }
  }
}
