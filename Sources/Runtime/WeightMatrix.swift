import LHKernelTypes
import LHKernels

/// The weights of a linear layer, [in, out], in the number format in which its products are computed.
enum WeightMatrix: Sendable {
  /// float32
  case float32(PackedMatrix)
  /// bfloat16 or eight-bit integers.
  case narrow(NarrowMatrix)

  /// Length of the sums.
  var depth: Int {
    switch self {
    case .float32(let matrix): matrix.depth
    case .narrow(let matrix): matrix.depth
    }
  }

  /// Columns.
  var columns: Int {
    switch self {
    case .float32(let matrix): matrix.columns
    case .narrow(let matrix): matrix.columns
    }
  }

  /// Bytes of the packed matrix.
  var byteCount: Int {
    switch self {
    case .float32(let matrix): matrix.byteCount
    case .narrow(let matrix): matrix.byteCount
    }
  }

  /// Floats that `rowCount` converted rows need; 0 where none are converted.
  func rowScratchCount(rows rowCount: Int) -> Int {
    switch self {
    case .float32: 0
    case .narrow(let matrix): matrix.rowScratchCount(rows: rowCount)
    }
  }

  /// Writes some columns; see `PackedMatrix.pack`.
  func pack(rows: UnsafePointer<Float>, count: Int, stride: Int, atColumn first: Int, kernels: KernelSet) {
    switch self {
    case .float32(let matrix): matrix.pack(rows: rows, count: count, stride: stride, atColumn: first, kernels: kernels)
    case .narrow(let matrix): matrix.pack(rows: rows, count: count, stride: stride, atColumn: first, kernels: kernels)
    }
  }

  /// Writes some biases.
  func setBias(_ values: UnsafePointer<Float>, count: Int, atColumn first: Int) {
    switch self {
    case .float32(let matrix): matrix.setBias(values, count: count, atColumn: first)
    case .narrow(let matrix): matrix.setBias(values, count: count, atColumn: first)
    }
  }
}
