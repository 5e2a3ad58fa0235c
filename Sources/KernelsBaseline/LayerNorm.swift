import KernelTypes

/// See `LayerNormRows`. What rounding took from the mean is summed up too, so that a large mean costs no accuracy, however
/// small the variance; the row stays in the cache.
func layerNorm(_ norm: LayerNormRows) {
  let width = norm.width
  let whole = width &- width % lanes
  let perWidth = 1 / Float(width)
  for row in 0..<norm.rows {
    let x = norm.x + row &* norm.xStride
    let y = norm.y + row &* norm.yStride
    let mean = sum(x, whole, width) { $0 } * perWidth
    let rest = sum(x, whole, width) { $0 - mean } * perWidth
    let variance = sum(x, whole, width) { squared(($0 - mean) - rest) } * perWidth
    let factor = 1 / (variance + LayerNormRows.epsilon).squareRoot()
    var n = 0
    while n < whole {
      var z = ((load(x + n) - mean) - rest) * factor
      z = affine(z, norm.gain.map { load($0 + n) }, norm.bias.map { load($0 + n) })
      store(norm.appliesGELU ? gelu(z) : z, y + n)
      n &+= lanes
    }
    if n < width {
      let count = width &- n
      var z = ((loadPart(x + n, count) - mean) - rest) * factor
      z = affine(z, norm.gain.map { loadPart($0 + n, count) }, norm.bias.map { loadPart($0 + n, count) })
      storePart(norm.appliesGELU ? gelu(z) : z, y + n, count)
    }
  }
}

@inline(__always)
private func squared(_ x: Vector) -> Vector { x * x }

@inline(__always)
private func affine(_ z: Vector, _ gain: Vector?, _ bias: Vector?) -> Vector {
  switch (gain, bias) {
  case (let gain?, let bias?): multiplyAdd(bias, z, gain)
  case (let gain?, nil): z * gain
  case (nil, let bias?): z + bias
  case (nil, nil): z
  }
}

/// The sum of a function of all elements of a row, in four partial sums that do not wait for each other.
@inline(__always)
private func sum(_ x: UnsafePointer<Float>, _ whole: Int, _ width: Int, _ term: (Vector) -> Vector) -> Float {
  var s0 = Vector.zero
  var s1 = Vector.zero
  var s2 = Vector.zero
  var s3 = Vector.zero
  var n = 0
  while n &+ 4 &* lanes <= whole {
    s0 += term(load(x + n))
    s1 += term(load(x + (n &+ lanes)))
    s2 += term(load(x + (n &+ 2 &* lanes)))
    s3 += term(load(x + (n &+ 3 &* lanes)))
    n &+= 4 &* lanes
  }
  while n < whole {
    s0 += term(load(x + n))
    n &+= lanes
  }
  var total = sum((s0 + s1) + (s2 + s3))
  while n < width {
    total += term(Vector(repeating: x[n]))[0]
    n &+= 1
  }
  return total
}
