import LHKernelTypes

/// A product C = start + A B of rows in a narrow number format with a whole packed matrix.
package struct NarrowProduct {
  /// Rows of A and C.
  package var rows: Int
  /// A, converted for the matrix.
  package var a: NarrowRows
  /// B and the biases.
  package var matrix: NarrowMatrix
  /// First element of C, [rows, columns].
  package var c: UnsafeMutablePointer<Float>
  /// Distance between rows of C, in elements.
  package var cStride: Int
  /// Whether C's own values are added.
  package var accumulates = false
  /// What is applied to C in the end.
  package var epilogue = Epilogue.none

  package init(
    rows: Int, a: NarrowRows, matrix: NarrowMatrix, c: UnsafeMutablePointer<Float>, cStride: Int,
    accumulates: Bool = false, epilogue: Epilogue = .none
  ) {
    self.rows = rows
    self.a = a
    self.matrix = matrix
    self.c = c
    self.cStride = cStride
    self.accumulates = accumulates
    self.epilogue = epilogue
  }
}

extension MatrixMultiplier {
  /// A product on the threads of a pool.
  package func multiply(_ product: NarrowProduct, on pool: WorkerPool) {
    shareOut(rows: product.rows, panels: product.matrix.panelCount, on: pool) { rows, panels in
      multiply(product, rows: rows, panels: panels)
    }
  }

  /// A product on the calling thread.
  package func multiply(_ product: NarrowProduct) {
    forEachBlock(ofRows: product.rows) { rows in
      multiply(product, rows: rows, panels: 0..<product.matrix.panelCount)
    }
  }

  /// The columns of one panel, on the calling thread and without an epilogue; C begins at the panel's first column.
  package func multiply(_ product: NarrowProduct, panel index: Int) {
    switch product.matrix {
    case .bfloat16(let matrix): multiply(product, matrix, panel: index)
    case .int8(let matrix): multiply(product, matrix, panel: index)
    }
  }

  private func multiply(_ product: NarrowProduct, rows: Range<Int>, panels: Range<Int>) {
    guard !rows.isEmpty else { return }
    for index in panels {
      let columns = product.matrix.panelColumns(index)
      var part = product
      part.rows = rows.count
      part.a = product.a.rows(from: rows.lowerBound)
      part.c += rows.lowerBound * product.cStride + columns.lowerBound
      multiply(part, panel: index)
      finish(part.c, rows: rows.count, columns: columns.count, stride: product.cStride, epilogue: product.epilogue)
    }
  }

  private func multiply(_ product: NarrowProduct, _ matrix: BFloat16Matrix, panel index: Int) {
    let (columns, width) = matrix.layout.panel(index)
    let panel = matrix.panel(index)
    let count = matrix.rowCount * width
    kernels.multiplyBFloat16Panel(
      BFloat16PanelProduct(
        rows: product.rows, depth: matrix.rowCount,
        a: UnsafeRawPointer(product.a.elements).assumingMemoryBound(to: UInt16.self),
        aStride: product.a.stride / MemoryLayout<UInt16>.stride, b: panel, vectors: width / kernels.lanes,
        bias: matrix.bias.map { $0 + columns.lowerBound }, accumulates: product.accumulates, c: product.c,
        cStride: product.cStride, width: columns.count, upcoming: UnsafeRawPointer(panel + count),
        upcomingCount: 2 * count))
  }

  private func multiply(_ product: NarrowProduct, _ matrix: Int8Matrix, panel index: Int) {
    let (columns, width) = matrix.layout.panel(index)
    var a = UnsafeRawPointer(product.a.elements).assumingMemoryBound(to: UInt8.self)
    for group in 0..<matrix.groupCount {
      let depth = matrix.groupDepth(group)
      let panel = matrix.panel(index, group: group)
      kernels.multiplyInt8Panel(
        Int8PanelProduct(
          rows: product.rows, depth: depth, a: a, aStride: product.a.stride, parameters: product.a.parameters + group,
          parameterStride: product.a.parameterStride, b: panel.start, vectors: width / kernels.lanes,
          columnScales: panel.scales, columnSums: panel.sums,
          bias: group == 0 ? matrix.bias.map { $0 + columns.lowerBound } : nil,
          accumulates: product.accumulates || group > 0, c: product.c, cStride: product.cStride, width: columns.count,
          upcoming: UnsafeRawPointer(panel.start) + depth * width, upcomingCount: depth * width))
      a += depth
    }
  }
}
