import Foundation
import Memory

/// Numbers with a shape.
public struct Tensor {
  public var shape: [Int]
  public var values: [Float]

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
