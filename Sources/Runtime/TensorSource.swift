package import LHModel
package import LHTensors

/// Where a model's tensors come from. All of it is called from several threads.
package struct TensorSource: Sendable {
  /// Gives a tensor.
  let tensor: @Sendable (_ role: TensorRole) throws(ModelFault) -> TensorView
  /// Passes on a tensor's rows (along its first axis) in order: (role, rows at a time, body), where the body takes the
  /// rows and the index of the first of them. When it throws, what was made of the rows may not be used.
  let forEachPart:
    @Sendable (_ role: TensorRole, _ rowsAtOnce: Int, _ body: (_ rows: TensorView, _ first: Int) -> Void)
      throws(ModelFault) -> Void
  /// The input channels of a matrix that eight-bit integers need scales of their own for, rising; nil for a matrix that
  /// is not to be quantised.
  let outliers: @Sendable (_ role: TensorRole) -> [Int]?
}

extension TensorSource {
  /// `forEachPart` with the rows as float32 numbers in row-major order: (first number, rows, index of the first row).
  /// They are not copied when the source has them in that format.
  func forEachFloats(
    _ role: TensorRole, rowsAtOnce: Int, _ body: (_ rows: UnsafePointer<Float>, _ count: Int, _ first: Int) -> Void
  ) throws(ModelFault) {
    try forEachPart(role, rowsAtOnce) { rows, first in
      if rows.withFloats({ body($0, rows.shape[0], first) }) == nil {
        rows.withConvertedFloats { body($0, rows.shape[0], first) }
      }
    }
  }

  /// A source that has whole tensors.
  package init(
    tensor: @escaping @Sendable (_ role: TensorRole) throws(ModelFault) -> TensorView,
    outliers: @escaping @Sendable (_ role: TensorRole) -> [Int]? = { _ in [] }
  ) {
    self.init(
      tensor: tensor,
      forEachPart: { role, rowsAtOnce, body throws(ModelFault) in
        let view = try tensor(role)
        for first in stride(from: 0, to: view.shape[0], by: rowsAtOnce) {
          body(view.narrowed(axis: 0, to: first..<min(first + rowsAtOnce, view.shape[0])), first)
        }
      },
      outliers: outliers)
  }
}
