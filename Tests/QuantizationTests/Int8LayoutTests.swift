import LHQuantization
import LHTestSupport
import Testing

@Suite struct Int8LayoutTests {
  /// Shapes and outliers: one tap and several, odd sizes, outliers at both ends, nothing but outliers.
  static let layouts = [
    Int8Layout(shape: [5, 64]),
    Int8Layout(shape: [3, 7], outliers: [0, 6]),
    Int8Layout(shape: [4, 33, 3]),
    Int8Layout(shape: [40, 48, 2], outliers: [5, 17, 18]),
    Int8Layout(shape: [2, 3, 3], outliers: [0, 1, 2]),
    Int8Layout(shape: [1, 1]),
  ]

  private func weights(_ layout: Int8Layout, seed: UInt64 = 1) -> [Float] {
    var numbers = SeededNumbers(seed: seed)
    return numbers.floats(layout.outputs * layout.rowCount)
  }

  @Test(arguments: layouts) func followsTheDefinition(layout: Int8Layout) {
    let weights = weights(layout)
    let (values, scales) = quantize(weights, layout)
    for output in 0..<layout.outputs {
      for tap in 0..<layout.taps {
        for group in 0..<layout.groupCount {
          let places = (0..<layout.inputs).filter { layout.outliers.contains($0) == (group == 1) }
            .map { output * layout.rowCount + $0 * layout.taps + tap }
          let scale = (places.map { weights[$0].magnitude }.max() ?? 0) / 127
          #expect(scales[output * layout.rowScaleCount + tap * layout.groupCount + group] == scale)
          for place in places {
            #expect(Float(values[place]) == (weights[place] / scale).rounded(.toNearestOrEven))
          }
        }
      }
    }
  }

  @Test(arguments: layouts) func isIdempotent(layout: Int8Layout) {
    let (values, scales) = quantize(weights(layout, seed: 2), layout)
    let (again, scalesAgain) = quantize(dequantize(values, scales, layout), layout)
    #expect(again == values)
    for (scale, scaleAgain) in zip(scales, scalesAgain) { #expect(abs(scale - scaleAgain) <= scale.ulp) }
  }

  @Test(arguments: layouts) func measuresWhatItDoes(layout: Int8Layout) {
    let weights = weights(layout, seed: 3)
    let (values, scales) = quantize(weights, layout)
    let restored = dequantize(values, scales, layout)
    var errors = ChannelErrors(channelCount: layout.inputs)
    layout.addErrors(of: weights, count: layout.outputs, to: &errors)
    for channel in 0..<layout.inputs {
      var (error, power) = (0.0, 0.0)
      for place in weights.indices where place % layout.rowCount / layout.taps == channel {
        error += Double(restored[place] - weights[place]) * Double(restored[place] - weights[place])
        power += Double(weights[place]) * Double(weights[place])
      }
      #expect(abs(errors.squaredErrors[channel] - error) <= 1e-5 * error)
      #expect(abs(errors.squares[channel] - power) <= 1e-5 * power)
    }
    let total = errors.squaredErrors.reduce(0, +) / errors.squares.reduce(0, +)
    #expect(errors.relativeError == total.squareRoot())
  }

  @Test func outliersHaveScalesOfTheirOwn() {
    let weights: [Float] = [100, 1, -0.5, 0.25, -50, 0.125]
    let plain = quantize(weights, Int8Layout(shape: [1, 6]))
    #expect(plain.values == [127, 1, -1, 0, -64, 0])
    let grouped = quantize(weights, Int8Layout(shape: [1, 6], outliers: [0, 4]))
    #expect(grouped.values == [127, 127, -64, 32, -64, 16])
    #expect(grouped.scales == [1 / 127, 100 / 127])
  }

  @Test func tiesGoToEven() {
    // With a scale of 1 the ratios are the weights themselves.
    let (values, scales) = quantize([127, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 126.5], Int8Layout(shape: [1, 8]))
    #expect(values == [127, 0, 2, 2, 0, -2, -2, 126])
    #expect(scales == [1])
  }

  @Test func zerosHaveNoScale() {
    let (values, scales) = quantize([0, -0, 0, 3, 0, -1], Int8Layout(shape: [2, 3]))
    #expect(values == [0, 0, 0, 127, 0, -42])
    #expect(scales == [0, 3 / 127])
    #expect(quantize([.leastNonzeroMagnitude, 0], Int8Layout(shape: [1, 2])).values == [0, 0])
    var errors = ChannelErrors(channelCount: 2)
    Int8Layout(shape: [1, 2]).addErrors(of: [0, 0], count: 1, to: &errors)
    #expect(errors.relativeError == 0)
  }

  @Test func takesTheLargestNumbers() {
    let largest = Float.greatestFiniteMagnitude
    #expect(quantize([largest, -largest, largest / 4], Int8Layout(shape: [1, 3])).values == [127, -127, 32])
  }

  /// Made with NumPy, from the definition.
  @Test func agreesWithNumPy() throws {
    let folder = "quantization/weights"
    let weights = try NumPyArray(path: Fixture.path("\(folder).npy"))
    let layout = Int8Layout(shape: weights.shape, outliers: [3, 11])
    let (values, scales) = quantize(weights.values, layout)
    #expect(try values.map(Float.init) == NumPyArray(path: Fixture.path("\(folder).values.npy")).values)
    #expect(try scales == NumPyArray(path: Fixture.path("\(folder).scales.npy")).values)
  }
}

/// All rows of a tensor.
func quantize(_ weights: [Float], _ layout: Int8Layout) -> (values: [Int8], scales: [Float]) {
  var values = [Int8](repeating: 99, count: weights.count)
  var scales = [Float](repeating: .nan, count: layout.scaleCount)
  layout.quantize(weights, count: layout.outputs, to: &values, scales: &scales)
  return (values, scales)
}

/// The weights that all rows of a tensor stand for.
func dequantize(_ values: [Int8], _ scales: [Float], _ layout: Int8Layout) -> [Float] {
  var weights = [Float](repeating: .nan, count: values.count)
  layout.dequantize(values, scales: scales, count: layout.outputs, to: &weights)
  return weights
}
