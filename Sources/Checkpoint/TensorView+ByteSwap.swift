internal import Tensors

extension TensorView {
  /// The same tensor in a storage of its own, which holds the part of the old one that the tensor spans, each element's
  /// bytes in reverse order.
  func byteSwapped() -> TensorView? {
    let size = elementType.byteCount
    let last = zip(shape, strides).reduce(0) { $0 + max($1.0 - 1, 0) * $1.1 }
    let span = count == 0 ? 0 : last + 1
    let source = storage.bytes
    let start = offset * size
    let swapped = TensorStorage(byteCount: span * size) { target in
      for element in 0..<span {
        for byte in 0..<size {
          target[element * size + byte] = source[start + element * size + size - 1 - byte]
        }
      }
    }
    return TensorView(elementType: elementType, shape: shape, strides: strides, offset: 0, storage: swapped)
  }
}
