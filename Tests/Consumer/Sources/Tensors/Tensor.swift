import Foundation
import Memory

/// Numbers with a shape.
public struct Tensor {
  /// The axes.
  public var shape: [Int]
  /// As many as the axes' product.
  public var values: [Float]

  /// Numbers that are there already.
  public init(shape: [Int], values: [Float]) {
    self.shape = shape
    self.values = values
  }

  /// The numbers of a file, in a row.
  public init(_ data: Data) {
    values = floats(data)
    shape = [values.count]
  }
}
