import LHModel
import LHSubnetFile
import LHTensors

/// The weights that are written: float32 numbers by role, read from the model's file when they are asked for.
struct ExportWeights {
  /// The model's file.
  let reader: SubnetReader

  /// All elements of a tensor, row-major.
  func callAsFunction(_ role: TensorRole) throws -> [Float] {
    let view = try reader.tensor(role)
    let values = [Float](unsafeUninitializedCapacity: view.count) { target, count in
      guard let start = target.baseAddress, let strides = TensorView.rowMajorStrides(view.shape) else { return }
      view.copy(to: start, strides: strides)
      count = view.count
    }
    return values
  }

  /// A matrix [rows, columns] as [columns, rows].
  func transposed(_ role: TensorRole) throws -> [Float] {
    let shape = try reader.entry(role).shape
    return ExportWeights.transposed(try self(role), rows: shape[0], columns: shape[1])
  }

  /// The same of numbers.
  static func transposed(_ matrix: [Float], rows: Int, columns: Int) -> [Float] {
    let block = 64
    return [Float](unsafeUninitializedCapacity: matrix.count) { target, count in
      // A block of both matrices stays in the cache.
      for firstRow in stride(from: 0, to: rows, by: block) {
        for firstColumn in stride(from: 0, to: columns, by: block) {
          for row in firstRow..<min(firstRow + block, rows) {
            for column in firstColumn..<min(firstColumn + block, columns) {
              target[column * rows + row] = matrix[row * columns + column]
            }
          }
        }
      }
      count = matrix.count
    }
  }
}

/// A tensor of a form, and what it is made from.
struct ExportTensor {
  /// Its name in the form.
  let name: String
  /// Length of each axis.
  let shape: [Int]
  /// Whether it counts in whole numbers.
  var isCounter = false
  /// Makes its elements, row-major.
  let values: (ExportWeights) throws -> [Float]

  /// A tensor of the model as it is, under another name.
  init(_ name: String, _ shape: [Int], _ role: TensorRole) {
    self.name = name
    self.shape = shape
    values = { try $0(role) }
  }

  /// A tensor that is made.
  init(_ name: String, _ shape: [Int], isCounter: Bool = false, _ values: @escaping (ExportWeights) throws -> [Float]) {
    self.name = name
    self.shape = shape
    self.isCounter = isCounter
    self.values = values
  }

  /// A tensor of equal numbers.
  init(_ name: String, _ shape: [Int], repeating value: Float, isCounter: Bool = false) {
    self.init(name, shape, isCounter: isCounter) { _ in [Float](repeating: value, count: shape.reduce(1, *)) }
  }
}
