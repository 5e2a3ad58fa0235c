import Glibc
import LHKernelTypes

/// What happens to rows between products.
extension ReferenceKernels {
  static func gelu(_ rows: ElementwiseRows) { forEachElement(rows) { gelu($0) } }

  static func relu(_ rows: ElementwiseRows) { forEachElement(rows) { $0 < 0 ? 0 : $0 } }

  private static func gelu(_ x: Float) -> Float {
    Float(Double(x) * (1 + erf(Double(x) * 0.5.squareRoot())) / 2)
  }

  private static func forEachElement(_ rows: ElementwiseRows, _ function: (Float) -> Float) {
    for row in 0..<rows.rows {
      for n in 0..<rows.width { rows.x[row * rows.stride + n] = function(rows.x[row * rows.stride + n]) }
    }
  }

  static func layerNorm(_ norm: LayerNormRows) {
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
  }

  static func softmaxNumerators(_ block: SoftmaxBlock) -> SoftmaxStep {
    var running = block.running
    let top = (0..<block.count).reduce(running.maximum) { max($0, block.scores[$1]) }
    let factor = exp(Double(running.maximum - top))
    var sum = Double(running.sum) * factor
    for n in 0..<block.count {
      block.scores[n] = Float(exp(Double(block.scores[n] - top)))
      sum += Double(block.scores[n])
    }
    running.maximum = top
    running.sum = Float(sum)
    return SoftmaxStep(running: running, factor: Float(factor))
  }

  static func scale(_ pass: ScaleElements) {
    for n in 0..<pass.count { pass.x[n] *= pass.factor }
  }

  static func standardize(_ pass: StandardizeElements) {
    for n in 0..<pass.count { pass.y[n] = (pass.x[n] - pass.mean) * pass.factor }
  }

  static func add(_ pass: AddElements) {
    for n in 0..<pass.count { pass.x[n] += pass.y[n] }
  }

  static func addScaled(_ pass: AddScaledElements) {
    for n in 0..<pass.count { pass.x[n] = Float(Double(pass.x[n]) + Double(pass.factor) * Double(pass.y[n])) }
  }

  static func transpose(_ matrix: Transposition) {
    for row in 0..<matrix.rows {
      for column in 0..<matrix.columns {
        matrix.destination[column * matrix.destinationStride + row] = matrix.source[row * matrix.sourceStride + column]
      }
    }
  }

  static func peak(_ loop: PeakLoop) -> Int {
    var sum = 1.0
    for _ in 0..<loop.rounds { sum = 0.001 + sum * 0.999 }
    return sum == .infinity ? 0 : 2 * loop.rounds
  }
}
