import ArmCheck
import LHKernelTypes

/// A row of scores in two blocks, the larger ones in the second.
func checkSoftmax() {
  var numbers = Numbers(seed: 8)
  let counts = [37, 50]
  let scores = numbers.array(counts[0], scale: 5) + numbers.array(counts[1], scale: 5, plus: 3)
  var numerators = scores
  var running = RunningSoftmax()
  numerators.withUnsafeMutableBufferPointer { row in
    let first = SoftmaxBlock(scores: row.baseAddress!, count: counts[0], running: running)
    running = kernels.softmaxNumerators(first).running
    let second = SoftmaxBlock(scores: row.baseAddress! + counts[0], count: counts[1], running: running)
    let step = kernels.softmaxNumerators(second)
    running = step.running
    for n in 0..<counts[0] { row[n] *= step.factor }
  }
  let right = scores.map { exp(Double($0)) }
  let sum = right.reduce(0, +)
  var difference = Difference()
  for n in 0..<scores.count { difference.add(numerators[n] / running.sum, right[n] / sum) }
  difference.report("softmax", allowed: 5e-7)
}

func checkLayerNorm() {
  var numbers = Numbers(seed: 9)
  let (rows, width) = (3, 301)
  let x = numbers.array(rows * width, scale: 2, plus: 3)
  let gain = numbers.array(width)
  let bias = numbers.array(width)
  var y = [Float](repeating: 0, count: x.count)
  gain.withUnsafeBufferPointer { gain in
    bias.withUnsafeBufferPointer { bias in
      kernels.layerNorm(
        LayerNormRows(
          rows: rows, width: width, x: x, xStride: width, y: &y, yStride: width, gain: gain.baseAddress!,
          bias: bias.baseAddress!))
    }
  }
  var difference = Difference()
  for row in 0..<rows {
    let values = x[row * width..<(row + 1) * width].map(Double.init)
    let mean = values.reduce(0, +) / Double(width)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
    let deviation = (variance + Double(LayerNormRows.epsilon)).squareRoot()
    for n in 0..<width {
      difference.add(y[row * width + n], (values[n] - mean) / deviation * Double(gain[n]) + Double(bias[n]))
    }
  }
  difference.report("layer norm", allowed: 2e-6)
}

/// Both forms from -10 to 10, in a row that does not end with a whole vector.
func checkGELU() {
  let x = (-1001...1001).map { Float($0) / 100 }
  let right = x.map { Double($0) * (1 + erf(Double($0) * 0.5.squareRoot())) / 2 }
  var exact = x
  kernels.gelu(ElementwiseRows(rows: 1, width: x.count, x: &exact, stride: x.count))
  var coarse = x
  kernels.coarseGELU(ElementwiseRows(rows: 1, width: x.count, x: &coarse, stride: x.count))
  var difference = Difference()
  var coarseDifference = Difference()
  for n in 0..<x.count {
    // Relative above 1, as the kernels' bounds are.
    difference.add(distance: abs(Double(exact[n]) - right[n]) / max(1, abs(right[n])))
    coarseDifference.add(distance: abs(Double(coarse[n]) - right[n]))
  }
  difference.report("GELU", allowed: 8e-8)
  coarseDifference.report("coarse GELU", allowed: 2.5e-5)
}
