import LHKernelTypes

/// x * (1 + erf(x / sqrt(2))) / 2.
///
/// For u = |x| it is max(x, 0) - u * 2^(u R(u) - 1), where R is a minimax polynomial for
/// (log2(erfc(u / sqrt(2)) / 2) + 1) / u on [0, 6].
///
/// The error is below 8e-8 * max(1, |y|); for x <= 0, where the second term is all there is, below 2.7e-8, and relative
/// to y below 1.7e-7 from -1 on. Without fused operations these are 9e-8, 3.5e-8 and 2.2e-7. Below -6 the result stays
/// at -6e-9.
@inline(__always)
func gelu(_ x: Vector) -> Vector {
  let positive = Vector.zero.replacing(with: x, where: x .> Vector.zero)
  let magnitude = positive + positive - x
  let six = Vector(repeating: 6)
  let u = magnitude.replacing(with: six, where: magnitude .> six)
  var r = Vector(repeating: -2.891197325993744e-08)
  r = multiplyAdd(Vector(repeating: 8.56453425512882e-07), r, u)
  r = multiplyAdd(Vector(repeating: -1.0874571671593003e-05), r, u)
  r = multiplyAdd(Vector(repeating: 7.541262311860919e-05), r, u)
  r = multiplyAdd(Vector(repeating: -0.00027403479907661676), r, u)
  r = multiplyAdd(Vector(repeating: -1.614202483324334e-05), r, u)
  r = multiplyAdd(Vector(repeating: 0.006971809547394514), r, u)
  r = multiplyAdd(Vector(repeating: -0.052461035549640656), r, u)
  r = multiplyAdd(Vector(repeating: -0.4592137336730957), r, u)
  r = multiplyAdd(Vector(repeating: -1.1511050462722778), r, u)
  return multiplyAdd(positive, -u, exp2(product: r, u, plus: -1))
}

func geluRows(_ rows: ElementwiseRows) {
  forEachVector(rows) { gelu($0) }
}

func reluRows(_ rows: ElementwiseRows) {
  forEachVector(rows) { $0.replacing(with: 0, where: $0 .< Vector.zero) }
}
