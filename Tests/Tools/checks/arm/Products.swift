import LHKernelTypes

// Rows and vectors that go through every tile, a depth that ends within a part of a sum, and panels whose last column
// exists or not.
private let rowCounts = 1...13
private let vectorCounts = 1...4
private let depth = 152

/// Calls `body` with every shape, and compares C, which had `before` in it.
private func forEachShape(
  _ difference: inout Difference, _ numbers: inout Numbers,
  _ body: (_ rows: Int, _ vectors: Int, _ width: Int, _ bias: [Float]?, _ c: inout [Float]) -> (_ r: Int, _ n: Int) ->
    Double
) {
  for rows in rowCounts {
    for vectors in vectorCounts {
      for (missing, accumulates) in [(0, false), (1, true)] {
        let stride = vectors * kernels.lanes
        let width = stride - missing
        let bias = accumulates ? nil : numbers.array(stride)
        let before = numbers.array(rows * stride)
        var c = before
        let right = body(rows, vectors, width, bias, &c)
        for r in 0..<rows {
          for n in 0..<stride {
            let place = r * stride + n
            // What is not a column of C must stay as it is.
            let isColumn = n < width
            let start = !isColumn || accumulates ? Double(before[place]) : Double(bias?[n] ?? 0)
            difference.add(c[place], isColumn ? start + right(r, n) : start)
          }
        }
      }
    }
  }
}

/// The product of a row and a column in double precision.
private func dot(_ count: Int, _ left: (Int) -> Double, _ right: (Int) -> Double) -> Double {
  var sum = 0.0
  for k in 0..<count { sum += left(k) * right(k) }
  return sum
}

func checkProducts() {
  var difference = Difference()
  var numbers = Numbers(seed: 1)
  forEachShape(&difference, &numbers) { rows, vectors, width, bias, c in
    var numbers = Numbers(seed: UInt64(rows * 100 + vectors))
    let stride = vectors * kernels.lanes
    let a = numbers.array(rows * depth)
    let b = numbers.array(depth * stride)
    withOptionalPointer(bias) { bias in
      kernels.multiplyPanel(
        PanelProduct(
          rows: rows, depth: depth, a: a, aStride: depth, b: b, bStride: stride, vectors: vectors, bias: bias,
          accumulates: bias == nil, c: &c, cStride: stride, width: width))
    }
    return { r, n in dot(depth, { Double(a[r * depth + $0]) }, { Double(b[$0 * stride + n]) }) }
  }
  difference.report("float32 product", allowed: 1e-5)
}

func checkBFloat16Products() {
  var difference = Difference()
  var roundings = Difference()
  var numbers = Numbers(seed: 2)
  forEachShape(&difference, &numbers) { rows, vectors, width, bias, c in
    var numbers = Numbers(seed: UInt64(rows * 100 + vectors))
    let stride = vectors * kernels.lanes
    let a = numbers.array(rows * depth)
    let b = numbers.array(depth * stride)
    var aHalves = [UInt16](repeating: 0, count: a.count)
    kernels.roundToBFloat16(BFloat16Rounding(x: a, y: &aHalves, count: a.count))
    var bPairs = [UInt32](repeating: 0, count: b.count / 2)
    kernels.pairToBFloat16(
      BFloat16Pairing(rows: depth, width: stride, x: b, xStride: stride, y: &bPairs, yStride: stride))
    let (aRounded, bRounded) = (a.map(nearestBFloat16), b.map(nearestBFloat16))
    for n in 0..<a.count { roundings.add(Float(bitPattern: UInt32(aHalves[n]) << 16), Double(aRounded[n])) }
    withOptionalPointer(bias) { bias in
      bPairs.withUnsafeBytes { b in
        kernels.multiplyBFloat16Panel(
          BFloat16PanelProduct(
            rows: rows, depth: depth, a: aHalves, aStride: depth,
            b: b.baseAddress!.assumingMemoryBound(to: UInt16.self), bStride: stride, vectors: vectors, bias: bias,
            accumulates: bias == nil, c: &c, cStride: stride, width: width))
      }
    }
    return { r, n in dot(depth, { Double(aRounded[r * depth + $0]) }, { Double(bRounded[$0 * stride + n]) }) }
  }
  roundings.report("rounding to bfloat16", allowed: 0)
  difference.report("bfloat16 product", allowed: 2e-5)
}

func checkInt8Products() {
  var difference = Difference()
  var rowSteps = Difference()
  var columnSteps = Difference()
  var numbers = Numbers(seed: 3)
  forEachShape(&difference, &numbers) { rows, vectors, width, bias, c in
    var numbers = Numbers(seed: UInt64(rows * 100 + vectors))
    let stride = vectors * kernels.lanes
    let a = numbers.array(rows * depth, plus: 0.25)
    var aBytes = [UInt8](repeating: 0, count: a.count)
    var parameters = [RowQuantization](repeating: RowQuantization(scale: 0, zero: 0), count: rows)
    kernels.quantizeRows(
      QuantizeRows(
        rows: rows, width: depth, x: a, xStride: depth, mask: nil, q: &aBytes, qStride: depth,
        parameters: &parameters, parameterStride: 1))
    let aValues = (0..<a.count).map { n in
      Double(parameters[n / depth].scale) * Double(Int32(aBytes[n]) - parameters[n / depth].zero)
    }
    for n in 0..<a.count {
      rowSteps.add(distance: abs(Double(a[n]) - aValues[n]) / Double(parameters[n / depth].scale))
    }

    // Each column quantised by itself, then four rows of a column beside each other.
    var panel = [Int8](repeating: 0, count: depth * stride)
    var scales = [Float](repeating: 0, count: stride)
    var sums = [Int32](repeating: 0, count: stride)
    var bValues = [Double](repeating: 0, count: depth * stride)
    for n in 0..<stride {
      let column = numbers.array(depth)
      var bytes = [Int8](repeating: 0, count: depth)
      let quantized = kernels.quantizeColumn(QuantizeColumn(x: column, count: depth, q: &bytes))
      (scales[n], sums[n]) = (quantized.scale, quantized.sum)
      for k in 0..<depth {
        panel[(k / 4 * stride + n) * 4 + k % 4] = bytes[k]
        bValues[n * depth + k] = Double(scales[n]) * Double(bytes[k])
        columnSteps.add(distance: abs(Double(column[k]) - bValues[n * depth + k]) / Double(scales[n]))
      }
    }
    withOptionalPointer(bias) { bias in
      kernels.multiplyInt8Panel(
        Int8PanelProduct(
          rows: rows, depth: depth, a: aBytes, aStride: depth, parameters: parameters, parameterStride: 1, b: panel,
          bStride: stride,
          vectors: vectors, columnScales: scales, columnSums: sums, bias: bias, accumulates: bias == nil, c: &c,
          cStride: stride, width: width))
    }
    return { r, n in dot(depth, { aValues[r * depth + $0] }, { bValues[n * depth + $0] }) }
  }
  rowSteps.report("rows to bytes, in steps", allowed: 1.001)
  columnSteps.report("columns to bytes, in steps", allowed: 0.501)
  difference.report("int8 product", allowed: 1e-5)
}

private func withOptionalPointer(_ array: [Float]?, _ body: (UnsafePointer<Float>?) -> Void) {
  if let array { array.withUnsafeBufferPointer { body($0.baseAddress) } } else { body(nil) }
}

/// Ties to even.
private func nearestBFloat16(_ x: Float) -> Float {
  let bits = x.bitPattern
  return Float(bitPattern: (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff_0000)
}
