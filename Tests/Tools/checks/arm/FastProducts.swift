import ArmCheck
import LHKernelTypes

/// One step of Strassen's algorithm on a pair of rows and a pair of panels, its products done in double precision.
func checkStrassen() {
  var numbers = Numbers(seed: 4)
  let half = 37
  let width = 2 * kernels.lanes
  // The quarters 11, 12, 21 and 22 of A, [half] each, and of B, [half, width] each.
  let a = (0..<4).map { _ in numbers.array(half) }
  let b = (0..<4).map { _ in numbers.array(half * width) }
  let bias = numbers.array(2 * width)
  let aSums = sums(of: a)
  let bSums = sums(of: b)
  let factors = [
    (aSums[0], bSums[0]), (aSums[1], b[0]), (a[0], bSums[4]), (a[3], bSums[3]), (aSums[2], b[3]), (aSums[3], bSums[2]),
    (aSums[4], bSums[1]),
  ]
  let product = { (left: [Float], right: [Float], n: Int) in
    (0..<half).reduce(0.0) { $0 + Double(left[$1]) * Double(right[$1 * width + n]) }
  }
  let products = factors.flatMap { left, right in (0..<width).map { Float(product(left, right, $0)) } }

  // Upper row left and right, then the lower row.
  var c = [Float](repeating: 0, count: 4 * width)
  bias.withUnsafeBufferPointer { bias in
    c.withUnsafeMutableBufferPointer { c in
      let (c, bias) = (c.baseAddress!, bias.baseAddress!)
      products.withUnsafeBufferPointer { products in
        kernels.strassenOutputs(
          StrassenOutputs(
            pairs: 1, width: width, products: products.baseAddress!, planeStride: width, upper: c, lower: c + 2 * width,
            pairStride: 4 * width, rightOffset: width, leftBias: bias, rightBias: bias + width, accumulates: false))
      }
    }
  }
  var difference = Difference()
  for row in 0..<2 {
    for column in 0..<2 {
      for n in 0..<width {
        let right = product(a[2 * row], b[column], n) + product(a[2 * row + 1], b[2 + column], n)
        difference.add(c[(2 * row + column) * width + n], right + Double(bias[column * width + n]))
      }
    }
  }
  difference.report("a step of Strassen's algorithm", allowed: 1e-5)
}

/// The five sums that `StrassenSums` makes of quarters.
private func sums(of quarters: [[Float]]) -> [[Float]] {
  let count = quarters[0].count
  var sums = [Float](repeating: 0, count: StrassenSums.planes * count)
  sums.withUnsafeMutableBufferPointer { sums in
    withPointers(to: quarters) { x in
      kernels.strassenSums(
        StrassenSums(
          x11: x[0], x12: x[1], x21: x[2], x22: x[3], count: count, sums: sums.baseAddress!, planeStride: count))
    }
  }
  return (0..<StrassenSums.planes).map { Array(sums[$0 * count..<($0 + 1) * count]) }
}

/// What kernels do of a convolution of kernel 3 and stride 2, for three outputs: y[t] = w0 e[t] + w1 e[t + 1], where e
/// are the even frames and w0 and w1 the even taps.
func checkToomCook() {
  var numbers = Numbers(seed: 5)
  let channels = 23
  let even = numbers.array(4 * channels)
  let taps = (0..<2).map { _ in Double(numbers.next()) }
  var sums = [Float](repeating: 0, count: 4 * channels)
  sums.withUnsafeMutableBufferPointer { sums in
    let first = sums.baseAddress!
    kernels.toomCookInputs(
      ToomCookInputs(
        even: even, stride: channels, count: channels,
        sums: ToomCookSums(
          first: first, plus: first + channels, minus: first + 2 * channels, last: first + 3 * channels)))
  }
  // y0 = (e0 - e2) w0 + p + m    y1 = p - m    y2 = p + m + (e3 - e1) w1
  // p = (e1 + e2) (w0 + w1) / 2    m = (e2 - e1) (w0 - w1) / 2
  let plus = (0..<channels).map { Float(Double(sums[channels + $0]) * (taps[0] + taps[1]) / 2) }
  let minus = (0..<channels).map { Float(Double(sums[2 * channels + $0]) * (taps[0] - taps[1]) / 2) }
  var y = [Float](repeating: 0, count: 3 * channels)
  withExtendedLifetime((plus, minus)) {
    kernels.toomCookOutputs(ToomCookOutputs(plus: plus, minus: minus, count: channels, y: &y, stride: channels))
  }
  var difference = Difference()
  for n in 0..<channels {
    let e = (0..<4).map { Double(even[$0 * channels + n]) }
    let outer = [Double(sums[n]) * taps[0], 0, Double(sums[3 * channels + n]) * taps[1]]
    for t in 0..<3 {
      difference.add(
        distance: abs(Double(y[t * channels + n]) + outer[t] - (taps[0] * e[t] + taps[1] * e[t + 1])))
    }
  }
  difference.report("Toom-Cook sums", allowed: 1e-6)
}

/// Pointers to the starts of arrays.
private func withPointers(to arrays: [[Float]], _ body: ([UnsafePointer<Float>]) -> Void) {
  let joined = arrays.flatMap { $0 }
  joined.withUnsafeBufferPointer { joined in
    body(arrays.indices.map { joined.baseAddress! + $0 * arrays[0].count })
  }
}
