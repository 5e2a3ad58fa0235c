import LHKernelTypes

/// Products with panels, and the sums around fast forms of them.
extension ReferenceKernels {
  static func multiplyPanel(_ product: PanelProduct) {
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
  }

  static func multiplyInt8Panel(_ product: Int8PanelProduct) {
    for row in 0..<product.rows {
      let parameters = product.parameters[row * product.parameterStride]
      let a = product.a + row * product.aStride
      for column in 0..<product.width {
        var sum = -Int(parameters.zero) * Int(product.columnSums[column])
        for k in 0..<product.depth {
          sum += Int(a[k]) * Int(product.b[(k / 4 * product.bStride + column) * 4 + k % 4])
        }
        let c = product.c + (row * product.cStride + column)
        var start = product.bias?[column] ?? 0
        if product.accumulates { start += c.pointee }
        c.pointee = start + parameters.scale * product.columnScales[column] * Float(sum)
      }
    }
  }

  static func multiplyBFloat16Panel(_ product: BFloat16PanelProduct) {
    for row in 0..<product.rows {
      let a = product.a + row * product.aStride
      for column in 0..<product.width {
        let c = product.c + (row * product.cStride + column)
        var sum = Double(product.bias?[column] ?? 0)
        if product.accumulates { sum += Double(c.pointee) }
        for k in 0..<product.depth {
          sum += Double(widened(a[k])) * Double(widened(product.b[(k / 2 * product.bStride + column) * 2 + k % 2]))
        }
        c.pointee = Float(sum)
      }
    }
  }

  static func widened(_ value: UInt16) -> Float { Float(bitPattern: UInt32(value) << 16) }

  static func toomCookInputs(_ inputs: ToomCookInputs) {
    let frame = { (index: Int) in inputs.even + index * inputs.stride }
    for n in 0..<inputs.count {
      let (e0, e1, e2, e3) = (frame(0)[n], frame(1)[n], frame(2)[n], frame(3)[n])
      inputs.sums.first[n] = e0 - e2
      inputs.sums.plus[n] = e1 + e2
      inputs.sums.minus[n] = e2 - e1
      inputs.sums.last[n] = e3 - e1
    }
  }

  static func toomCookOutputs(_ outputs: ToomCookOutputs) {
    for n in 0..<outputs.count {
      // Read before anything is written: the products may lie where outputs go.
      let (plus, minus) = (outputs.plus[n], outputs.minus[n])
      outputs.y[n] = plus + minus
      outputs.y[outputs.stride + n] = plus - minus
      outputs.y[2 * outputs.stride + n] = plus + minus
    }
  }

  static func strassenSums(_ sums: StrassenSums) {
    for n in 0..<sums.count {
      let (x11, x12, x21, x22) = (sums.x11[n], sums.x12[n], sums.x21[n], sums.x22[n])
      for (plane, sum) in [x11 + x22, x21 + x22, x11 + x12, x21 - x11, x12 - x22].enumerated() {
        sums.sums[plane * sums.planeStride + n] = sum
      }
    }
  }

  static func strassenOutputs(_ outputs: StrassenOutputs) {
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
  }
}
