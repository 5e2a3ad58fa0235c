import Glibc
import LHKernelTypes

/// The plain twin of every kernel: one element at a time, sums in double precision, the C library's functions.
let scalarKernels = KernelSet(
  name: "scalar", lanes: 1, panelVectors: 16,
  multiplyPanel: { product in
    for row in 0..<product.rows {
      for column in 0..<product.width {
        let c = product.c + (row * product.cStride + column)
        var sum = Double(product.bias?[column] ?? 0)
        if product.accumulates { sum += Double(c.pointee) }
        for k in 0..<product.depth {
          sum += Double(product.a[row * product.aStride + k]) * Double(product.b[k * product.bStride + column])
        }
        c.pointee = Float(sum)
      }
    }
  },
  multiplyInt8Panel: { multiplyInt8Panel($0) },
  multiplyBFloat16Panel: { multiplyBFloat16Panel($0) },
  quantizeRows: { quantizeRows($0) },
  quantizeSymmetric: { quantizeSymmetric($0, $1, $2) },
  roundToBFloat16: { x, y, count in
    for n in 0..<count { y[n] = roundToBFloat16(x[n]) }
  },
  pairToBFloat16: { x, rows, width, stride, y, yStride in
    for row in Swift.stride(from: 0, to: rows, by: 2) {
      for n in 0..<width {
        let low = UInt32(roundToBFloat16(x[row * stride + n]))
        let high = row + 1 < rows ? UInt32(roundToBFloat16(x[(row + 1) * stride + n])) : 0
        y[row / 2 * yStride + n] = low | high << 16
      }
    }
  },
  gelu: { x, rows, width, stride in
    for row in 0..<rows {
      for n in 0..<width { x[row * stride + n] = gelu(x[row * stride + n]) }
    }
  },
  coarseGELU: { x, rows, width, stride in
    for row in 0..<rows {
      for n in 0..<width { x[row * stride + n] = gelu(x[row * stride + n]) }
    }
  },
  relu: { x, rows, width, stride in
    for row in 0..<rows {
      for n in 0..<width where x[row * stride + n] < 0 { x[row * stride + n] = 0 }
    }
  },
  layerNorm: { norm in
    for row in 0..<norm.rows {
      let x = norm.x + row * norm.xStride
      let y = norm.y + row * norm.yStride
      let mean = (0..<norm.width).reduce(0.0) { $0 + Double(x[$1]) } / Double(norm.width)
      let squares = (0..<norm.width).reduce(0.0) { $0 + (Double(x[$1]) - mean) * (Double(x[$1]) - mean) }
      let deviation = (squares / Double(norm.width) + Double(LayerNormRows.epsilon)).squareRoot()
      for n in 0..<norm.width {
        let z = (Double(x[n]) - mean) / deviation * Double(norm.gain?[n] ?? 1) + Double(norm.bias?[n] ?? 0)
        y[n] = norm.gelu != nil ? gelu(Float(z)) : Float(z)
      }
    }
  },
  softmaxNumerators: { row, count, running in
    let top = (0..<count).reduce(running.maximum) { max($0, row[$1]) }
    let factor = exp(Double(running.maximum - top))
    var sum = Double(running.sum) * factor
    for n in 0..<count {
      row[n] = Float(exp(Double(row[n] - top)))
      sum += Double(row[n])
    }
    running.maximum = top
    running.sum = Float(sum)
    return Float(factor)
  },
  scale: { x, count, factor in
    for n in 0..<count { x[n] *= factor }
  },
  standardize: { x, y, count, mean, factor in
    for n in 0..<count { y[n] = (x[n] - mean) * factor }
  },
  add: { x, y, count in
    for n in 0..<count { x[n] += y[n] }
  },
  toomCookInputs: { even, stride, count, sums in
    for n in 0..<count {
      sums.first[n] = even[n] - even[2 * stride + n]
      sums.plus[n] = even[stride + n] + even[2 * stride + n]
      sums.minus[n] = even[2 * stride + n] - even[stride + n]
      sums.last[n] = even[3 * stride + n] - even[stride + n]
    }
  },
  toomCookOutputs: { plus, minus, count, y, stride in
    for n in 0..<count {
      // Read before anything is written: the products may lie where outputs go.
      let (p, m) = (plus[n], minus[n])
      y[n] = p + m
      y[stride + n] = p - m
      y[2 * stride + n] = p + m
    }
  },
  forwardTransform: { block, rows, spectrum in
    forEachRoot(block) { bin, root in
      for column in 0..<block.columns {
        var value = (real: 0.0, imaginary: 0.0)
        for row in 0..<block.rowCount {
          let x = Double(rows[row * block.rowStride + column])
          let power = root(block.firstRow + row)
          value.real += x * power.real
          value.imaginary += x * power.imaginary
        }
        spectrum[bin * block.binStride + column] = Float(value.real)
        spectrum[bin * block.binStride + block.partStride + column] = Float(value.imaginary)
      }
    }
  },
  inverseTransform: { block, spectrum, bias, rows in
    var sums = Array(repeating: 0.0, count: block.rowCount * block.columns)
    forEachRoot(block) { bin, root in
      // The conjugate roots add the conjugate values; 1 and -1 have none.
      let weight = !block.isHalf && bin == 0 ? 1.0 : 2.0
      for row in 0..<block.rowCount {
        let power = root(block.firstRow + row)
        for column in 0..<block.columns {
          let real = Double(spectrum[bin * block.binStride + column])
          let imaginary = Double(spectrum[bin * block.binStride + block.partStride + column])
          sums[row * block.columns + column] += weight * (real * power.real + imaginary * power.imaginary)
        }
      }
    }
    for row in 0..<block.rowCount {
      for column in 0..<block.columns {
        let value = sums[row * block.columns + column] / Double(BlockTransform.size(isHalf: block.isHalf))
        rows[row * block.rowStride + column] = Float(value + Double(bias[column]))
      }
    }
  },
  complexProducts: { products, stride, count, columns, y in
    for index in 0..<count {
      let real = products + 2 * index * stride
      let imaginary = real + stride
      for n in 0..<columns {
        y[2 * index * columns + n] = real[n] - imaginary[columns + n]
        y[(2 * index + 1) * columns + n] = real[columns + n] + imaginary[n]
      }
    }
  },
  strassenSums: { sums in
    for n in 0..<sums.count {
      let (x11, x12, x21, x22) = (sums.x11[n], sums.x12[n], sums.x21[n], sums.x22[n])
      for (plane, sum) in [x11 + x22, x21 + x22, x11 + x12, x21 - x11, x12 - x22].enumerated() {
        sums.sums[plane * sums.planeStride + n] = sum
      }
    }
  },
  strassenOutputs: { outputs in
    for pair in 0..<outputs.pairs {
      for n in 0..<outputs.width {
        let m = (0..<StrassenOutputs.planes).map { plane in
          Double(outputs.products[plane * outputs.planeStride + pair * outputs.width + n])
        }
        let add = {
          (sum: Double, row: UnsafeMutablePointer<Float>?, offset: Int, bias: UnsafePointer<Float>?) in
          guard let c = row.map({ $0 + (pair * outputs.pairStride + offset + n) }) else { return }
          c.pointee = Float(Double(bias?[n] ?? 0) + (outputs.accumulates ? Double(c.pointee) : 0) + sum)
        }
        add(m[0] + m[3] - m[4] + m[6], outputs.upper, 0, outputs.leftBias)
        add(m[2] + m[4], outputs.upper, outputs.rightOffset, outputs.rightBias)
        add(m[1] + m[3], outputs.lower, 0, outputs.leftBias)
        add(m[0] - m[1] + m[2] + m[5], outputs.lower, outputs.rightOffset, outputs.rightBias)
      }
    }
  },
  transpose: { source, rows, columns, sourceStride, destination, destinationStride in
    for row in 0..<rows {
      for column in 0..<columns {
        destination[column * destinationStride + row] = source[row * sourceStride + column]
      }
    }
  },
  peak: { rounds in
    var sum = 1.0
    for _ in 0..<rounds { sum = 0.001 + sum * 0.999 }
    return sum == .infinity ? 0 : 2 * rounds
  })

private func gelu(_ x: Float) -> Float {
  Float(Double(x) * (1 + erf(Double(x) * 0.5.squareRoot())) / 2)
}

/// Calls `body` with each bin, counted from the block's first, and a function that gives the powers of its root. For
/// bin 0 of a whole block the parts of that power are the powers of 1 and of -1.
private func forEachRoot(
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
