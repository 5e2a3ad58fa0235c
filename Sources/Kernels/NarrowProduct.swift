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
    switch product.matrix {
    case .bfloat16(let matrix): multiply(product.bfloat16(matrix), on: pool)
    case .int8(let matrix): multiply(product.int8(matrix), on: pool)
    }
  }

  /// A product on the calling thread.
  package func multiply(_ product: NarrowProduct) {
    switch product.matrix {
    case .bfloat16(let matrix): multiply(product.bfloat16(matrix))
    case .int8(let matrix): multiply(product.int8(matrix))
    }
  }

  /// The columns of one panel, on the calling thread and without an epilogue; C begins at the panel's first column.
  package func multiply(_ product: NarrowProduct, panel index: Int) {
    switch product.matrix {
    case .bfloat16(let matrix): multiply(product.bfloat16(matrix), panel: index)
    case .int8(let matrix): multiply(product.int8(matrix), panel: index)
    }
  }
}

extension NarrowProduct {
  fileprivate func bfloat16(_ matrix: BFloat16Matrix) -> BFloat16Product {
    BFloat16Product(
      rows: rows, a: UnsafeRawPointer(a.elements).assumingMemoryBound(to: UInt16.self),
      aStride: a.stride / MemoryLayout<UInt16>.stride, matrix: matrix, c: c, cStride: cStride,
      accumulates: accumulates, epilogue: epilogue)
  }

  fileprivate func int8(_ matrix: Int8Matrix) -> Int8Product {
    Int8Product(
      rows: rows, a: UnsafeRawPointer(a.elements).assumingMemoryBound(to: UInt8.self), aStride: a.stride,
      parameters: a.parameters, parameterStride: a.parameterStride, matrix: matrix, c: c, cStride: cStride,
      accumulates: accumulates, epilogue: epilogue)
  }
}
