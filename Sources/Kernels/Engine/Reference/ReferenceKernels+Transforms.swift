import Glibc
import LHKernelTypes

/// Fourier transforms from their definition.
extension ReferenceKernels {
  static func forwardTransform(_ transform: ForwardTransform) {
    let block = transform.block
    forEachRoot(block) { bin, root in
      for column in 0..<block.columns {
        var value = (real: 0.0, imaginary: 0.0)
        for row in 0..<block.rowCount {
          let x = Double(transform.rows[row * block.rowStride + column])
          let power = root(block.firstRow + row)
          value.real += x * power.real
          value.imaginary += x * power.imaginary
        }
        transform.spectrum[bin * block.binStride + column] = Float(value.real)
        transform.spectrum[bin * block.binStride + block.partStride + column] = Float(value.imaginary)
      }
    }
  }

  static func inverseTransform(_ transform: InverseTransform) {
    let block = transform.block
    var sums = Array(repeating: 0.0, count: block.rowCount * block.columns)
    forEachRoot(block) { bin, root in
      // The conjugate roots add the conjugate values; 1 and -1 have none.
      let weight = !block.isHalf && bin == 0 ? 1.0 : 2.0
      for row in 0..<block.rowCount {
        let power = root(block.firstRow + row)
        for column in 0..<block.columns {
          let real = Double(transform.spectrum[bin * block.binStride + column])
          let imaginary = Double(transform.spectrum[bin * block.binStride + block.partStride + column])
          sums[row * block.columns + column] += weight * (real * power.real + imaginary * power.imaginary)
        }
      }
    }
    for row in 0..<block.rowCount {
      for column in 0..<block.columns {
        let value = sums[row * block.columns + column] / Double(BlockTransform.size(isHalf: block.isHalf))
        transform.rows[row * block.rowStride + column] = Float(value + Double(transform.bias[column]))
      }
    }
  }

  static func complexProducts(_ products: ComplexProducts) {
    let columns = products.columns
    for index in 0..<products.count {
      let real = products.products + 2 * index * products.stride
      let imaginary = real + products.stride
      for n in 0..<columns {
        products.y[2 * index * columns + n] = real[n] - imaginary[columns + n]
        products.y[(2 * index + 1) * columns + n] = real[columns + n] + imaginary[n]
      }
    }
  }

  /// Calls `body` with each bin, counted from the block's first, and a function that gives the powers of its root. For
  /// bin 0 of a whole block the parts of that power are the powers of 1 and of -1.
  private static func forEachRoot(
    _ block: BlockTransform, _ body: (_ bin: Int, _ power: (Int) -> (real: Double, imaginary: Double)) -> Void
  ) {
    let first = block.isHalf ? BlockTransform.binCount / 2 : 0
    for bin in first..<BlockTransform.binCount {
      guard bin > 0 else {
        body(0) { (1, $0.isMultiple(of: 2) ? 1 : -1) }
        continue
      }
      let angle = BlockTransform.angle(ofRoot: bin)
      let powers = (0..<BlockTransform.size).map { row in
        let turn = angle * Double(row)
        return (real: cos(turn), imaginary: sin(turn))
      }
      body(bin - first) { powers[$0] }
    }
  }
}
