import ArmCheck
import LHKernelTypes

/// The spectrum of a block against the values of its polynomials at the roots, and the block that comes back from it.
func checkFourier() {
  var roots = [Float](repeating: 0, count: 2 * BlockTransform.binCount)
  for bin in 1..<BlockTransform.binCount {
    roots[2 * bin] = Float(cos(angle(ofRoot: bin)))
    roots[2 * bin + 1] = Float(sin(angle(ofRoot: bin)))
  }
  var numbers = Numbers(seed: 6)
  let columns = kernels.lanes + 1
  for isHalf in [false, true] {
    let size = BlockTransform.size(isHalf: isHalf)
    let bins = isHalf ? BlockTransform.binCount / 2..<BlockTransform.binCount : 0..<BlockTransform.binCount
    let rows = numbers.array(size * columns)
    let bias = numbers.array(columns)
    var spectrum = [Float](repeating: 0, count: 2 * bins.count * columns)
    var back = [Float](repeating: 0, count: rows.count)
    roots.withUnsafeBufferPointer { roots in
      let shape = BlockTransform(
        isHalf: isHalf, roots: roots.baseAddress!, columns: columns, firstRow: 0, rowCount: size, rowStride: columns,
        binStride: 2 * columns, partStride: columns)
      kernels.forwardTransform(ForwardTransform(block: shape, rows: rows, spectrum: &spectrum))
      kernels.inverseTransform(InverseTransform(block: shape, spectrum: spectrum, bias: bias, rows: &back))
    }

    var difference = Difference()
    for bin in bins {
      // Bin 0 holds the values at 1 and at -1.
      let angles = bin == 0 ? [0, Double.pi] : [angle(ofRoot: bin)]
      for column in 0..<columns {
        let parts = angles.flatMap { value(of: rows, column, columns, at: $0) }
        let place = 2 * (bin - bins.lowerBound) * columns + column
        difference.add(spectrum[place], parts[0])
        difference.add(spectrum[place + columns], parts[bin == 0 ? 2 : 1])
      }
    }
    difference.report(isHalf ? "spectrum of a half block" : "spectrum of a block", allowed: 1e-4)
    var backDifference = Difference()
    for n in 0..<rows.count { backDifference.add(back[n], Double(rows[n]) + Double(bias[n % columns])) }
    backDifference.report(isHalf ? "half block from its spectrum" : "block from its spectrum", allowed: 1e-5)
  }
}

/// Real and imaginary part of a column's polynomial at a number of size 1.
private func value(of rows: [Float], _ column: Int, _ columns: Int, at angle: Double) -> [Double] {
  var (real, imaginary) = (0.0, 0.0)
  // Horner's rule.
  let (x, y) = (cos(angle), sin(angle))
  for row in (0..<rows.count / columns).reversed() {
    (real, imaginary) = (real * x - imaginary * y + Double(rows[row * columns + column]), real * y + imaginary * x)
  }
  return [real, imaginary]
}

/// The argument of a root, in 0..<2 pi; see `BlockTransform`.
private func angle(ofRoot bin: Int) -> Double {
  if bin == 1 { return .pi / 2 }
  return angle(ofRoot: bin / 2) / 2 + (bin % 2 == 0 ? 0 : .pi)
}

func checkTranspose() {
  var numbers = Numbers(seed: 7)
  let (rows, columns) = (13, 10)
  let source = numbers.array(rows * columns)
  var turned = [Float](repeating: 0, count: source.count)
  kernels.transpose(
    Transposition(
      rows: rows, columns: columns, source: source, sourceStride: columns, destination: &turned,
      destinationStride: rows))
  var difference = Difference()
  for row in 0..<rows {
    for column in 0..<columns { difference.add(turned[column * rows + row], Double(source[row * columns + column])) }
  }
  difference.report("transposed matrix", allowed: 0)
}
