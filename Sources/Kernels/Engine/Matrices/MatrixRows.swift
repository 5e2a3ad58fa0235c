package import LHKernelTypes

/// Rows of the left-hand side of a product in the number format of its matrix.
package struct MatrixRows {
  /// The first row's elements: floats, bit patterns of bfloat16 in `UInt16`, or `UInt8`.
  package var elements: UnsafeRawPointer
  /// Distance between rows, in bytes.
  package var stride: Int
  /// The first row's scales and zeros; only bytes have them.
  package var parameters: UnsafePointer<RowQuantization>?
  /// Distance between the parameters of two rows, in values.
  package var parameterStride: Int
  /// How float32 rows lie that are split; nil for all others.
  var planes: SplitPlanes?

  init(
    elements: UnsafeRawPointer, stride: Int, parameters: UnsafePointer<RowQuantization>?, parameterStride: Int
  ) {
    self.elements = elements
    self.stride = stride
    self.parameters = parameters
    self.parameterStride = parameterStride
  }

  /// Rows of float32, used where they lie, with `stride` floats between them.
  init(_ x: UnsafePointer<Float>, stride: Int) {
    self.init(
      elements: UnsafeRawPointer(x), stride: stride * MemoryLayout<Float>.stride, parameters: nil, parameterStride: 0)
  }

  /// Every `step`-th row from row `first` on.
  func rows(from first: Int, step: Int = 1) -> MatrixRows {
    var rows = MatrixRows(
      elements: elements + first * stride, stride: step * stride,
      parameters: parameters.map { $0 + first * parameterStride }, parameterStride: step * parameterStride)
    rows.planes = planes
    return rows
  }
}

/// Room for rows that are rounded to the format of a matrix; none for float32.
struct RowStorage {
  let elements: UnsafeMutableRawPointer
  /// Bytes of a row.
  let stride: Int
  let parameters: UnsafeMutablePointer<RowQuantization>
  /// Scales and zeros of a row.
  let parameterCount: Int

  /// The room from row `first` on.
  func rows(from first: Int) -> RowStorage {
    RowStorage(
      elements: elements + first * stride, stride: stride, parameters: parameters + first * parameterCount,
      parameterCount: parameterCount)
  }

  /// What was written there.
  var written: MatrixRows {
    MatrixRows(
      elements: UnsafeRawPointer(elements), stride: stride, parameters: UnsafePointer(parameters),
      parameterStride: parameterCount)
  }
}
