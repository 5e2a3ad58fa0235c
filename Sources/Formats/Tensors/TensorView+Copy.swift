extension TensorView {
  /// Calls `body` with the elements where they lie; nil, and no call, unless they are aligned float32 numbers in
  /// row-major order without gaps.
  public func withFloats<Result>(_ body: (UnsafePointer<Float>) -> Result) -> Result? {
    guard elementType == .float32, isContiguous, let base = storage.bytes.baseAddress else { return nil }
    let first = base + offset * elementType.byteCount
    guard Int(bitPattern: first) % MemoryLayout<Float>.alignment == 0 else { return nil }
    return withExtendedLifetime(storage) { body(first.assumingMemoryBound(to: Float.self)) }
  }

  /// Writes every element as float32 to `target`, element [i, j, ...] at i * strides[0] + j * strides[1] + ...
  ///
  /// - Parameter strides: One an axis, in elements; every place they lead to must lie in `target`.
  /// - Returns: The largest rounding error; 0 unless the elements are float64.
  @discardableResult
  public func copy(to target: UnsafeMutablePointer<Float>, strides: [Int]) -> Double {
    var error = 0.0
    forEachRun(targetStrides: strides) { source, place, count in
      error = max(error, elementType.decode(source, count: count, into: target + place))
    }
    return error
  }

  /// Writes every element as float64 to `target`, row-major. Every type has its values exactly in float64.
  public func copy(to target: UnsafeMutablePointer<Double>) {
    guard let strides = TensorView.rowMajorStrides(shape) else { return }
    forEachRun(targetStrides: strides) { source, place, count in
      if elementType == .float64 {
        UnsafeMutableRawPointer(target + place).copyMemory(from: source, byteCount: count * 8)
        return
      }
      withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { floats in
        guard let start = floats.baseAddress else { return }
        elementType.decode(source, count: count, into: start)
        for index in 0..<count { target[place + index] = Double(start[index]) }
      }
    }
  }

  /// Calls `body` with each run of elements that lie without gaps both here and at the target: where it begins here,
  /// its index there, and its length.
  private func forEachRun(targetStrides: [Int], _ body: (UnsafeRawPointer, Int, Int) -> Void) {
    precondition(targetStrides.count == shape.count, "a stride an axis")
    guard count > 0, let base = storage.bytes.baseAddress else { return }
    var axis = shape.count
    var run = 1
    while axis > 0, shape[axis - 1] == 1 || (strides[axis - 1] == run && targetStrides[axis - 1] == run) {
      axis -= 1
      run *= shape[axis]
    }
    func descend(_ source: UnsafeRawPointer, _ place: Int, _ current: Int) {
      guard current < axis else { return body(source, place, run) }
      for index in 0..<shape[current] {
        descend(
          source + index * strides[current] * elementType.byteCount, place + index * targetStrides[current], current + 1
        )
      }
    }
    descend(base + offset * elementType.byteCount, 0, 0)
  }
}
