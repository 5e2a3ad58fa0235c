package import LHKernelTypes

/// Rows of activations in a narrow number format, as the left-hand side of a product.
package struct NarrowRows {
  /// The first row's elements: `UInt16` bit patterns of bfloat16, or `UInt8`.
  package var elements: UnsafeMutableRawPointer
  /// Distance between rows, in bytes.
  package var stride: Int
  /// The first row's scales and zeros; not read for bfloat16.
  package var parameters: UnsafeMutablePointer<RowQuantization>
  /// Distance between the parameters of two rows, in values.
  package var parameterStride: Int

  package init(
    elements: UnsafeMutableRawPointer, stride: Int, parameters: UnsafeMutablePointer<RowQuantization>,
    parameterStride: Int
  ) {
    self.elements = elements
    self.stride = stride
    self.parameters = parameters
    self.parameterStride = parameterStride
  }

  /// Every `step`-th row from row `first` on.
  package func rows(from first: Int, step: Int = 1) -> NarrowRows {
    NarrowRows(
      elements: elements + first * stride, stride: step * stride, parameters: parameters + first * parameterStride,
      parameterStride: step * parameterStride)
  }
}

/// A packed right-hand matrix in a narrow number format. Its products take rows that `convert` has made for it.
package enum NarrowMatrix: Sendable {
  /// bfloat16
  case bfloat16(BFloat16Matrix)
  /// Eight-bit integers.
  case int8(Int8Matrix)

  /// Length of the sums.
  package var depth: Int {
    switch self {
    case .bfloat16(let matrix): matrix.depth
    case .int8(let matrix): matrix.depth
    }
  }

  /// Columns.
  package var columns: Int {
    switch self {
    case .bfloat16(let matrix): matrix.columns
    case .int8(let matrix): matrix.columns
    }
  }

  /// Bytes of the packed matrix.
  package var byteCount: Int {
    switch self {
    case .bfloat16(let matrix): matrix.byteCount
    case .int8(let matrix): matrix.byteCount
    }
  }

  /// Number of panels.
  package var panelCount: Int {
    switch self {
    case .bfloat16(let matrix): matrix.panelCount
    case .int8(let matrix): matrix.panelCount
    }
  }

  /// Columns of a panel.
  package func panelColumns(_ index: Int) -> Range<Int> {
    switch self {
    case .bfloat16(let matrix): matrix.layout.panel(index).columns
    case .int8(let matrix): matrix.layout.panel(index).columns
    }
  }

  /// Bytes of a row's elements.
  package var rowByteCount: Int {
    switch self {
    case .bfloat16(let matrix): matrix.rowCount * MemoryLayout<UInt16>.stride
    case .int8(let matrix): matrix.rowByteCount
    }
  }

  /// Scales and zeros of a row.
  package var rowParameterCount: Int {
    switch self {
    case .bfloat16: 0
    case .int8(let matrix): matrix.groupCount
    }
  }

  /// Writes some columns; see `PackedMatrix.pack`. Different columns may be written by different threads.
  package func pack(
    rows: UnsafePointer<Float>, count: Int, stride: Int, atColumn first: Int, kernels: KernelSet
  ) {
    switch self {
    case .bfloat16(let matrix):
      matrix.pack(rows: rows, count: count, stride: stride, atColumn: first, kernels: kernels)
    case .int8(let matrix):
      matrix.pack(rows: rows, count: count, stride: stride, atColumn: first, kernels: kernels)
    }
  }

  /// Writes some biases.
  package func setBias(_ values: UnsafePointer<Float>, count: Int, atColumn first: Int) {
    switch self {
    case .bfloat16(let matrix): matrix.setBias(values, count: count, atColumn: first)
    case .int8(let matrix): matrix.setBias(values, count: count, atColumn: first)
    }
  }

  /// Converts float32 rows, [count, depth] with `stride` between them, to the matrix' format.
  package func convert(
    _ x: UnsafePointer<Float>, count: Int, stride: Int, to rows: NarrowRows, kernels: KernelSet
  ) {
    switch self {
    case .bfloat16(let matrix):
      matrix.round(
        x, count: count, stride: stride, to: rows.elements.assumingMemoryBound(to: UInt16.self), kernels: kernels)
    case .int8(let matrix):
      matrix.quantize(
        x, count: count, stride: stride, to: rows.elements.assumingMemoryBound(to: UInt8.self),
        parameters: rows.parameters, kernels: kernels)
    }
  }

  /// The same on the threads of a pool.
  package func convert(
    _ x: UnsafePointer<Float>, count: Int, stride: Int, to rows: NarrowRows, kernels: KernelSet, on pool: WorkerPool
  ) {
    let tasks = (count + 31) / 32
    pool.run(tasks) { task, _ in
      let first = task * count / tasks
      convert(
        x + first * stride, count: (task + 1) * count / tasks - first, stride: stride, to: rows.rows(from: first),
        kernels: kernels)
    }
  }

  /// Floats that `count` converted rows and their parameters need.
  package func rowScratchCount(rows count: Int) -> Int {
    elementCount(rows: count) + parameterCount(rows: count)
  }

  /// Room for `count` converted rows.
  ///
  /// - Parameter start: `rowScratchCount(rows:)` floats.
  package func rows(_ count: Int, at start: UnsafeMutablePointer<Float>) -> NarrowRows {
    NarrowRows(
      elements: UnsafeMutableRawPointer(start), stride: rowByteCount,
      parameters: UnsafeMutableRawPointer(start + elementCount(rows: count))
        .assumingMemoryBound(to: RowQuantization.self),
      parameterStride: rowParameterCount)
  }

  private func elementCount(rows: Int) -> Int {
    (rows * rowByteCount).roundedUp(toMultipleOf: 64) / MemoryLayout<Float>.stride
  }

  private func parameterCount(rows: Int) -> Int {
    (rows * rowParameterCount * MemoryLayout<RowQuantization>.stride).roundedUp(toMultipleOf: 64)
      / MemoryLayout<Float>.stride
  }
}
