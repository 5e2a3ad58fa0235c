import LHKernelTypes

/// See `LayerNormRows`. What rounding took from the mean is summed up too, so that a large mean costs no accuracy,
/// however small the variance; the row stays in the cache.
func layerNorm(_ norm: LayerNormRows) {
  for row in 0..<norm.rows {
    let x = norm.x + row &* norm.xStride
    let moments = Moments(x, norm.width)
    let y = norm.y + row &* norm.yStride
    normalize(norm, x, y, moments)
    // A pass of its own, over what is in the cache: its constants and the norm's would not all fit the registers.
    let rows = ElementwiseRows(rows: 1, width: norm.width, x: y, stride: norm.width)
    switch norm.gelu {
    case .exact?: geluRows(rows)
    case .coarse?: coarseGELURows(rows)
    case nil: break
    }
  }
}

/// (x - mean - rest) * factor is a row's normal form: `rest` is what rounding took from the mean.
private struct Moments {
  let mean: Float
  let rest: Float
  let factor: Float

  /// The variance is the mean square of x - mean, less the square of `rest`.
  @inline(__always)
  init(_ x: UnsafePointer<Float>, _ width: Int) {
    let perWidth = 1 / Float(width)
    // Partial sums do not wait for each other.
    var s0 = Vector.zero
    var s1 = Vector.zero
    var s2 = Vector.zero
    var s3 = Vector.zero
    var n = 0
    while n &+ 4 &* lanes <= width {
      s0 += load(x + n)
      s1 += load(x + (n &+ lanes))
      s2 += load(x + (n &+ 2 &* lanes))
      s3 += load(x + (n &+ 3 &* lanes))
      n &+= 4 &* lanes
    }
    while n &+ lanes <= width {
      s0 += load(x + n)
      n &+= lanes
    }
    var total = sum((s0 + s1) + (s2 + s3))
    while n < width {
      total += x[n]
      n &+= 1
    }
    mean = total * perWidth
    (s0, s1, s2, s3) = (.zero, .zero, .zero, .zero)
    n = 0
    while n &+ 2 &* lanes <= width {
      let d0 = load(x + n) - mean
      let d1 = load(x + (n &+ lanes)) - mean
      s0 += d0
      s1 += d1
      s2 = multiplyAdd(s2, d0, d0)
      s3 = multiplyAdd(s3, d1, d1)
      n &+= 2 &* lanes
    }
    while n &+ lanes <= width {
      let d = load(x + n) - mean
      s0 += d
      s2 = multiplyAdd(s2, d, d)
      n &+= lanes
    }
    var differences = sum(s0 + s1)
    var squares = sum(s2 + s3)
    while n < width {
      let d = x[n] - mean
      differences += d
      squares += d * d
      n &+= 1
    }
    rest = differences * perWidth
    let variance = squares * perWidth - rest * rest
    factor = 1 / ((variance > 0 ? variance : 0) + LayerNormRows.epsilon).squareRoot()
  }
}

@inline(__always)
private func normalize(
  _ norm: LayerNormRows, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ moments: Moments
) {
  let mean = moments.mean
  let rest = moments.rest
  let factor = moments.factor
  var n = 0
  while n &+ lanes <= norm.width {
    let z = ((load(x + n) - mean) - rest) * factor
    store(affine(z, norm) { load($0 + n) }, y + n)
    n &+= lanes
  }
  if n < norm.width {
    let count = norm.width &- n
    let z = ((loadPart(x + n, count) - mean) - rest) * factor
    storePart(affine(z, norm) { loadPart($0 + n, count) }, y + n, count)
  }
}

/// z * gain + bias, as far as they exist. Optional vectors would be taken apart lane by lane; optional pointers are
/// not.
@inline(__always)
private func affine(_ z: Vector, _ norm: LayerNormRows, _ load: (UnsafePointer<Float>) -> Vector) -> Vector {
  switch (norm.gain, norm.bias) {
  case (let gain?, let bias?): multiplyAdd(load(bias), z, load(gain))
  case (let gain?, nil): z * load(gain)
  case (nil, let bias?): z + load(bias)
  case (nil, nil): z
  }
}
