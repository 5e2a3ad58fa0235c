extension TensorView {
  /// Writes every element as float32 to `target`, element [i, j, ...] at i * strides[0] + j * strides[1] + ...
  ///
  /// - Parameter strides: One an axis, in elements; every place they lead to must lie in `target`.
  /// - Returns: The largest rounding error; 0 unless the elements are float64.
  @discardableResult
  public func copy(to target: UnsafeMutablePointer<Float>, strides targetStrides: [Int]) -> Double {
    precondition(targetStrides.count == shape.count, "a stride an axis")
    guard count > 0, let base = storage.bytes.baseAddress else { return 0 }
    // The innermost axes that lie without gaps on both sides are copied as one run.
    var axis = shape.count
    var run = 1
    while axis > 0, shape[axis - 1] == 1 || (strides[axis - 1] == run && targetStrides[axis - 1] == run) {
      axis -= 1
      run *= shape[axis]
    }
    return copy(
      from: base + offset * elementType.byteCount, to: target, axis: 0, runAxis: axis, run: run,
      targetStrides: targetStrides)
  }

  private func copy(
    from source: UnsafeRawPointer, to target: UnsafeMutablePointer<Float>, axis: Int, runAxis: Int, run: Int,
    targetStrides: [Int]
  ) -> Double {
    guard axis < runAxis else { return elementType.decode(source, count: run, into: target) }
    let sourceStep = strides[axis] * elementType.byteCount
    let targetStep = targetStrides[axis]
    var error = 0.0
    for index in 0..<shape[axis] {
      error = max(
        error,
        copy(
          from: source + index * sourceStep, to: target + index * targetStep, axis: axis + 1, runAxis: runAxis,
          run: run, targetStrides: targetStrides))
    }
    return error
  }
}
