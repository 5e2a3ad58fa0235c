public import LHSystem

/// Writes a float32 array as a .npy file, piece by piece.
public struct NumPyWriter {
  private let target: OutputTarget
  /// Elements still to come.
  public private(set) var remainingCount: Int

  /// Writes the header of an array of a shape: (T, E) or (n, T, E), say. Committing the target is left to the caller.
  public init(shape: [Int], to target: OutputTarget) throws(FileFault) {
    let header = NumPyHeader(shape: shape)
    self.target = target
    remainingCount = header.elementCount
    try header.bytes.withUnsafeBufferPointer { bytes throws(FileFault) in
      try target.write(UnsafeRawBufferPointer(bytes))
    }
  }

  /// Writes the next elements in row-major order; all calls together give as many as the shape holds.
  public mutating func write(_ values: [Float]) throws(FileFault) {
    try values.withUnsafeBufferPointer { values throws(FileFault) in try write(values) }
  }

  /// Writes the next elements from memory.
  public mutating func write(_ values: UnsafeBufferPointer<Float>) throws(FileFault) {
    precondition(values.count <= remainingCount, "more elements than the shape holds")
    // Float32 is little-endian in the file as on every processor that Swift is made for.
    try target.write(UnsafeRawBufferPointer(values))
    remainingCount -= values.count
  }
}
