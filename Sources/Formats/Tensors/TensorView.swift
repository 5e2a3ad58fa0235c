/// A strided look at a storage: no element is read or copied until somebody asks for it.
///
/// Cutting a prefix out of any axis is another view of the same storage, so a subnet is made of views, and each kept
/// element is touched once.
public struct TensorView: Sendable {
  /// Number format of the elements.
  public let elementType: ElementType
  /// Length of each axis; empty for a scalar.
  public let shape: [Int]
  /// Distance between neighbours along each axis, in elements; never negative.
  public let strides: [Int]
  /// Index of the first element in `storage`, in elements.
  public let offset: Int
  /// The bytes.
  public let storage: TensorStorage

  /// A view, or nil when any of its elements would lie outside the storage, a size is negative, or a product overflows.
  public init?(elementType: ElementType, shape: [Int], strides: [Int], offset: Int, storage: TensorStorage) {
    guard
      let range = TensorView.byteRange(
        elementSize: elementType.byteCount, shape: shape, strides: strides, offset: offset),
      range.upperBound <= storage.bytes.count
    else { return nil }
    self.elementType = elementType
    self.shape = shape
    self.strides = strides
    // Where nothing is, nothing lies: an empty view's offset may be any number, and must not be calculated with.
    self.offset = range.isEmpty ? 0 : offset
    self.storage = storage
  }

  /// The bytes of a storage from the first to the last element of such a view, each of `elementSize` bytes; 0..<0 when
  /// it is empty; nil when a size is negative or a product overflows.
  public static func byteRange(elementSize: Int, shape: [Int], strides: [Int], offset: Int) -> Range<Int>? {
    guard shape.count == strides.count, offset >= 0 else { return nil }
    var last = offset
    var count = 1
    for (length, stride) in zip(shape, strides) {
      guard length >= 0, stride >= 0 else { return nil }
      let (product, tooMany) = count.multipliedReportingOverflow(by: length)
      let (span, tooFar) = stride.multipliedReportingOverflow(by: max(length - 1, 0))
      let (sum, tooFarAtLast) = last.addingReportingOverflow(span)
      guard !tooMany, !tooFar, !tooFarAtLast else { return nil }
      count = product
      last = sum
    }
    guard count > 0 else { return 0..<0 }
    let (end, overflow) = last.addingReportingOverflow(1)
    let (bytes, overflowInBytes) = end.multipliedReportingOverflow(by: elementSize)
    // The first element does not lie behind the last, so its place overflows no more than that one's.
    return overflow || overflowInBytes ? nil : offset * elementSize..<bytes
  }

  /// A contiguous (row-major) view of a storage from its beginning; nil when the storage is too small.
  public init?(elementType: ElementType, shape: [Int], storage: TensorStorage) {
    guard let strides = TensorView.rowMajorStrides(shape) else { return nil }
    self.init(elementType: elementType, shape: shape, strides: strides, offset: 0, storage: storage)
  }

  /// Number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// Whether the elements lie in row-major order without gaps.
  public var isContiguous: Bool {
    guard count > 0 else { return true }
    var expected = 1
    for (length, stride) in zip(shape, strides).reversed() {
      if length != 1 && stride != expected { return false }
      expected *= length
    }
    return true
  }

  /// The part of the view with `range` along `axis`. The range must lie within the axis.
  public func narrowed(axis: Int, to range: Range<Int>) -> TensorView {
    precondition(range.lowerBound >= 0 && range.upperBound <= shape[axis], "range outside the axis")
    var narrower = shape
    narrower[axis] = range.count
    let start = range.isEmpty ? offset : offset + range.lowerBound * strides[axis]
    return TensorView(
      unchecked: elementType, shape: narrower, strides: strides, offset: start, storage: storage)
  }

  private init(
    unchecked elementType: ElementType, shape: [Int], strides: [Int], offset: Int, storage: TensorStorage
  ) {
    self.elementType = elementType
    self.shape = shape
    self.strides = strides
    self.offset = offset
    self.storage = storage
  }

  /// Row-major strides of a shape, in elements; nil when a product overflows.
  public static func rowMajorStrides(_ shape: [Int]) -> [Int]? {
    var strides = [Int](repeating: 1, count: shape.count)
    var step = 1
    for axis in shape.indices.reversed() {
      strides[axis] = step
      let (product, overflow) = step.multipliedReportingOverflow(by: max(shape[axis], 1))
      guard !overflow else { return nil }
      step = product
    }
    return strides
  }
}
