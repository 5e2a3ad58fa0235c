import LHKernelTypes

// Everything happens in passes over whole rows that have a scale beside each weight: however many taps and groups there
// are, these are plain loops over consecutive numbers, which the compiler vectorises.
extension Int8Layout {
  /// Quantises rows, each group by the rule of `SymmetricQuantization`.
  ///
  /// What was dequantised from such values gives the same values again.
  ///
  /// - Parameters:
  ///   - rows: `count` rows, [in, tap] each; finite.
  ///   - values: Gets as many values, -127...127.
  ///   - scales: Gets the rows' scales, [count][tap][group].
  public func quantize(
    _ rows: UnsafePointer<Float>, count: Int, to values: UnsafeMutablePointer<Int8>,
    scales: UnsafeMutablePointer<Float>
  ) {
    withScratch { scratch in
      for row in 0..<count {
        let (weights, scales) = (rows + row * rowCount, scales + row * rowScaleCount)
        findScales(of: weights, scales, scratch: scratch)
        spread(scales, over: scratch, asDivisors: true)
        quantizeRow(weights, count: rowCount, by: scratch, to: values + row * rowCount)
      }
    }
  }

  /// Computes the weights that quantised rows stand for: value * scale.
  ///
  /// - Parameters:
  ///   - values: `count` rows, [in, tap] each.
  ///   - scales: The rows' scales, [count][tap][group].
  ///   - rows: Gets as many weights.
  public func dequantize(
    _ values: UnsafePointer<Int8>, scales: UnsafePointer<Float>, count: Int, to rows: UnsafeMutablePointer<Float>
  ) {
    withScratch { scratch in
      for row in 0..<count {
        spread(scales + row * rowScaleCount, over: scratch)
        dequantizeRow(values + row * rowCount, count: rowCount, by: scratch, to: rows + row * rowCount)
      }
    }
  }

  /// Adds what quantising would do to rows to `errors`.
  ///
  /// - Parameter rows: `count` rows, [in, tap] each; finite.
  public func addErrors(of rows: UnsafePointer<Float>, count: Int, to errors: inout ChannelErrors) {
    precondition(errors.channelCount == inputs, "a sum for each input channel")
    // Few rows at a time are summed in single precision, which keeps five digits.
    let block = 32
    withScratch { scales in
      withUnsafeTemporaryAllocation(of: Int8.self, capacity: rowCount) { values in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * rowCount + rowScaleCount) { floats in
          guard let values = values.baseAddress, let squaredErrors = floats.baseAddress else { return }
          let squares = squaredErrors + rowCount
          let rowScales = squares + rowCount
          for first in stride(from: 0, to: count, by: block) {
            squaredErrors.update(repeating: 0, count: 2 * rowCount)
            for row in first..<min(first + block, count) {
              let weights = rows + row * rowCount
              findScales(of: weights, rowScales, scratch: scales)
              spread(rowScales, over: scales, asDivisors: true)
              quantizeRow(weights, count: rowCount, by: scales, to: values)
              addSquares(
                of: weights, values, count: rowCount, by: scales, errors: squaredErrors, weights: squares)
            }
            errors.add(squaredErrors: squaredErrors, squares: squares, taps: taps)
          }
        }
      }
    }
  }

  private func withScratch(_ body: (UnsafeMutablePointer<Float>) -> Void) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: rowCount) { scratch in
      if let start = scratch.baseAddress { body(start) }
    }
  }

  /// Writes a row's scales, [tap][group].
  ///
  /// - Parameter scratch: `rowCount` floats.
  private func findScales(
    of row: UnsafePointer<Float>, _ scales: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    takeMagnitudes(of: row, count: rowCount, to: scratch)
    if !outliers.isEmpty {
      for tap in 0..<taps {
        var largest: Float = 0
        for channel in outliers {
          largest = max(largest, scratch[channel * taps + tap])
          scratch[channel * taps + tap] = 0
        }
        scales[tap * 2 + 1] = SymmetricQuantization.scale(largest: largest)
      }
    }
    // The second half of the channels is folded onto the first until one is left.
    var left = inputs
    while left > 1 {
      let half = (left + 1) / 2
      takeMaxima(with: scratch + half * taps, count: (left - half) * taps, in: scratch)
      left = half
    }
    for tap in 0..<taps {
      scales[tap * groupCount] = inputs > 0 ? SymmetricQuantization.scale(largest: scratch[tap]) : 0
    }
  }

  /// Writes each weight's scale: [in, tap].
  ///
  /// - Parameter asDivisors: Whether 1 stands for a scale of 0: so are all weights, or too small for a scale.
  private func spread(
    _ scales: UnsafePointer<Float>, over target: UnsafeMutablePointer<Float>, asDivisors: Bool = false
  ) {
    func scale(_ tap: Int, _ group: Int) -> Float {
      let scale = scales[tap * groupCount + group]
      return asDivisors && scale == 0 ? 1 : scale
    }
    for tap in 0..<taps { target[tap] = scale(tap, 0) }
    var done = taps
    while done < rowCount {
      let more = min(done, rowCount - done)
      (target + done).update(from: target, count: more)
      done += more
    }
    for channel in outliers {
      for tap in 0..<taps { target[channel * taps + tap] = scale(tap, 1) }
    }
  }
}

// MARK: The loops

private func takeMagnitudes(of row: UnsafePointer<Float>, count: Int, to target: UnsafeMutablePointer<Float>) {
  for index in 0..<count { target[index] = row[index].magnitude }
}

private func takeMaxima(with others: UnsafePointer<Float>, count: Int, in target: UnsafeMutablePointer<Float>) {
  for index in 0..<count { target[index] = target[index] < others[index] ? others[index] : target[index] }
}

private func quantizeRow(
  _ row: UnsafePointer<Float>, count: Int, by divisors: UnsafePointer<Float>, to values: UnsafeMutablePointer<Int8>
) {
  for index in 0..<count { values[index] = SymmetricQuantization.byte(row[index], scale: divisors[index]) }
}

private func dequantizeRow(
  _ values: UnsafePointer<Int8>, count: Int, by scales: UnsafePointer<Float>, to row: UnsafeMutablePointer<Float>
) {
  for index in 0..<count { row[index] = Float(values[index]) * scales[index] }
}

private func addSquares(
  of row: UnsafePointer<Float>, _ values: UnsafePointer<Int8>, count: Int, by scales: UnsafePointer<Float>,
  errors: UnsafeMutablePointer<Float>, weights: UnsafeMutablePointer<Float>
) {
  for index in 0..<count {
    let error = Float(values[index]) * scales[index] - row[index]
    errors[index] += error * error
    weights[index] += row[index] * row[index]
  }
}
