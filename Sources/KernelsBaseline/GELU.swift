/// x * (1 + erf(x / sqrt(2))) / 2, with an error below 8.2e-8 * max(1, |result|).
///
/// For u = |x| it is max(x, 0) - u * 2^Q(u), where Q is a minimax polynomial for log2(erfc(u / sqrt(2)) / 2) on [0, 6].
/// Beyond 6 the second term is below 6e-9.
@inline(__always)
func gelu(_ x: Vector) -> Vector {
  let isPositive = x .> Vector.zero
  let positive = Vector.zero.replacing(with: x, where: isPositive)
  let magnitude = positive + positive - x
  let six = Vector(repeating: 6)
  let u = magnitude.replacing(with: six, where: magnitude .> six)
  var q = Vector(repeating: -1.6904027688724454e-06)
  q = multiplyAdd(Vector(repeating: 2.5083323635044508e-05), q, u)
  q = multiplyAdd(Vector(repeating: -0.00011446278222138062), q, u)
  q = multiplyAdd(Vector(repeating: -0.00032334181014448404), q, u)
  q = multiplyAdd(Vector(repeating: 0.007333383429795504), q, u)
  q = multiplyAdd(Vector(repeating: -0.05271419882774353), q, u)
  q = multiplyAdd(Vector(repeating: -0.4591154456138611), q, u)
  q = multiplyAdd(Vector(repeating: -1.151123285293579), q, u)
  q = multiplyAdd(Vector(repeating: -0.9999988675117493), q, u)
  return multiplyAdd(positive, -u, exp2(q))
}

func geluRows(_ x: UnsafeMutablePointer<Float>, _ rows: Int, _ width: Int, _ stride: Int) {
  forEachVector(x, rows, width, stride) { gelu($0) }
}

func reluRows(_ x: UnsafeMutablePointer<Float>, _ rows: Int, _ width: Int, _ stride: Int) {
  forEachVector(x, rows, width, stride) { $0.replacing(with: 0, where: $0 .< Vector.zero) }
}
