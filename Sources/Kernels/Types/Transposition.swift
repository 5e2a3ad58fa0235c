/// Rows to columns: destination[column * distance + row] = source[row * distance + column].
public struct Transposition {
  /// Rows of the source.
  public var rows: Int
  /// Columns of the source.
  public var columns: Int
  /// First element of the source.
  public var source: UnsafePointer<Float>
  /// Distance between its rows, in elements.
  public var sourceStride: Int
  /// First element of the destination.
  public var destination: UnsafeMutablePointer<Float>
  /// Distance between its rows, in elements.
  public var destinationStride: Int

  /// A transposition.
  @inlinable
  public init(
    rows: Int, columns: Int, source: UnsafePointer<Float>, sourceStride: Int, destination: UnsafeMutablePointer<Float>,
    destinationStride: Int
  ) {
    self.rows = rows
    self.columns = columns
    self.source = source
    self.sourceStride = sourceStride
    self.destination = destination
    self.destinationStride = destinationStride
  }
}
