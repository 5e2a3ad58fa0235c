public import LHSystem

/// Features as one .npy file: (T, E), or (n, T, E).
public struct NumPySink: FeatureSink {
  private let target: OutputTarget
  /// Writes the array; nil as long as its shape is not known.
  private var writer: NumPyWriter?

  /// A sink that nothing was written to.
  public init(_ target: OutputTarget) { self.target = target }

  /// Writes the header.
  public mutating func begin(_ shape: FeatureShape) throws(FileFault) {
    writer = try NumPyWriter(shape: shape.axes, to: target)
  }

  /// Appends frames, which come in the order of the array.
  public mutating func write(_ frames: UnsafeBufferPointer<Float>, of state: Int) throws(FileFault) {
    try writer?.write(frames)
  }

  /// Gives a file its name.
  public mutating func finish() throws(FileFault) {
    precondition(writer?.remainingCount == 0, "features are missing")
    try target.commit()
  }

  /// Nothing is to be done: a file that was not finished never appears.
  public mutating func abandon() { writer = nil }
}
