import LHKernelTypes

// z^2m - 1 = (z^m - 1) (z^m + 1): the remainders of a + b z^m are a + b and a - b. Modulo z^2m + 1 a real polynomial
// a + b z^m is the complex one a + i b modulo z^m - i; and z^2m - w^2 = (z^m - w) (z^m + w) leaves a + w b and a - w b.
// Taken down to first degree this gives all values at roots, in place and in the order of `BlockTransform`. Lanes are
// columns.

/// See `ForwardTransform`.
func forwardTransform(_ transform: ForwardTransform) {
  let (block, rows, spectrum) = (transform.block, transform.rows, transform.spectrum)
  let size = BlockTransform.size(isHalf: block.isHalf)
  withWork { work in
    forEachLanes(of: block.columns) { column, count in
      for row in 0..<block.firstRow { store(.zero, work + row &* lanes) }
      for row in 0..<block.rowCount {
        let source = rows + (row &* block.rowStride &+ column)
        store(count == lanes ? load(source) : loadPart(source, count), work + (block.firstRow &+ row) &* lanes)
      }
      for row in block.firstRow &+ block.rowCount..<size { store(.zero, work + row &* lanes) }
      if block.isHalf {
        split(work, size / 2, block.roots)
      } else {
        splitReal(work, block.roots)
      }
      forEachBin(block) { bin, real, imaginary in
        let target = spectrum + (bin &* block.binStride &+ column)
        let parts = (load(work + real &* lanes), load(work + imaginary &* lanes))
        if count == lanes {
          store(parts.0, target)
          store(parts.1, target + block.partStride)
        } else {
          storePart(parts.0, target, count)
          storePart(parts.1, target + block.partStride, count)
        }
      }
    }
  }
}

/// See `InverseTransform`.
func inverseTransform(_ transform: InverseTransform) {
  let (block, rows) = (transform.block, transform.rows)
  let (spectrum, bias) = (transform.spectrum, transform.bias)
  let size = BlockTransform.size(isHalf: block.isHalf)
  // Joining doubles: a block of n bins comes out n times as large, a whole one because its complex bins count twice.
  let factor = Vector(repeating: block.isHalf ? 1 / 64 : 1 / 256)
  withWork { work in
    forEachLanes(of: block.columns) { column, count in
      forEachBin(block) { bin, real, imaginary in
        let source = spectrum + (bin &* block.binStride &+ column)
        let isWhole = count == lanes
        store(isWhole ? load(source) : loadPart(source, count), work + real &* lanes)
        let second = source + block.partStride
        store(isWhole ? load(second) : loadPart(second, count), work + imaginary &* lanes)
      }
      if block.isHalf {
        join(work, size / 2, block.roots)
      } else {
        joinReal(work, block.roots)
      }
      let bias = count == lanes ? load(bias + column) : loadPart(bias + column, count)
      for row in 0..<block.rowCount {
        let target = rows + (row &* block.rowStride &+ column)
        let value = multiplyAdd(bias, load(work + (block.firstRow &+ row) &* lanes), factor)
        if count == lanes { store(value, target) } else { storePart(value, target, count) }
      }
    }
  }
}

/// See `ComplexProducts`.
func complexProducts(_ products: ComplexProducts) {
  let columns = products.columns
  for index in 0..<products.count {
    let real = products.products + 2 &* index &* products.stride
    let imaginary = real + products.stride
    let y = products.y + 2 &* index &* columns
    forEachLanes(of: columns) { column, width in
      if width == lanes {
        store(load(real + column) - load(imaginary + (columns &+ column)), y + column)
        store(load(real + (columns &+ column)) + load(imaginary + column), y + (columns &+ column))
      } else {
        for n in 0..<columns {
          y[n] = real[n] - imaginary[columns &+ n]
          y[columns &+ n] = real[columns &+ n] + imaginary[n]
        }
      }
    }
  }
}

/// Memory for the rows of a block, a vector each.
@inline(__always)
private func withWork(_ body: (UnsafeMutablePointer<Float>) -> Void) {
  var memory = InlineArray<256, Vector>(repeating: .zero)
  withUnsafeMutablePointer(to: &memory) { body(UnsafeMutableRawPointer($0).assumingMemoryBound(to: Float.self)) }
}

/// Calls `body` with the first of as many columns as there are lanes, until all have had their turn. The last vector
/// goes back over columns that were done rather than being filled in part: only columns that are fewer than lanes are.
@inline(__always)
private func forEachLanes(of columns: Int, _ body: (_ column: Int, _ count: Int) -> Void) {
  guard columns >= lanes else { return body(0, columns) }
  var column = 0
  while column < columns {
    body(min(column, columns &- lanes), lanes)
    column &+= lanes
  }
}

/// Calls `body` with each bin, counted from the block's first, and the rows of the work that hold its parts.
@inline(__always)
private func forEachBin(_ block: BlockTransform, _ body: (_ bin: Int, _ real: Int, _ imaginary: Int) -> Void) {
  if block.isHalf {
    for bin in 0..<64 { body(bin, bin, bin &+ 64) }
    return
  }
  body(0, 0, 1)
  var count = 1
  while count < 128 {
    for bin in count..<2 &* count { body(bin, bin &+ count, bin &+ 2 &* count) }
    count &*= 2
  }
}

/// A real polynomial modulo z^256 - 1 to its values.
private func splitReal(_ work: UnsafeMutablePointer<Float>, _ roots: UnsafePointer<Float>) {
  var half = 128
  while half > 0 {
    let upper = work + half &* lanes
    for n in 0..<half {
      let a = load(work + n &* lanes)
      let b = load(upper + n &* lanes)
      store(a + b, work + n &* lanes)
      store(a - b, upper + n &* lanes)
    }
    split(upper, half / 2, roots)
    half /= 2
  }
}

/// The values of a real polynomial to the 256-fold of its coefficients.
private func joinReal(_ work: UnsafeMutablePointer<Float>, _ roots: UnsafePointer<Float>) {
  var half = 1
  while half < 256 {
    let upper = work + half &* lanes
    join(upper, half / 2, roots)
    // `count` complex values were doubled once less often than 2 * count real ones.
    let factor = Vector(repeating: half == 1 ? 1 : 2)
    for n in 0..<half {
      let a = load(work + n &* lanes)
      let b = load(upper + n &* lanes) * factor
      store(a + b, work + n &* lanes)
      store(a - b, upper + n &* lanes)
    }
    half &*= 2
  }
}

/// A complex polynomial modulo z^count - i to its values; the real parts of the coefficients come first.
private func split(_ work: UnsafeMutablePointer<Float>, _ count: Int, _ roots: UnsafePointer<Float>) {
  let imaginary = count &* lanes
  var half = count / 2
  while half > 0 {
    forEachPair(work, count, half, roots) { a, b, root in
      let x = load(b)
      let y = load(b + imaginary)
      let u = multiplyAdd(x * root.real, y, -root.imaginary)
      let v = multiplyAdd(x * root.imaginary, y, root.real)
      let p = load(a)
      let q = load(a + imaginary)
      store(p + u, a)
      store(q + v, a + imaginary)
      store(p - u, b)
      store(q - v, b + imaginary)
    }
    half /= 2
  }
}

/// The values of a complex polynomial to the `count`-fold of its coefficients.
private func join(_ work: UnsafeMutablePointer<Float>, _ count: Int, _ roots: UnsafePointer<Float>) {
  let imaginary = count &* lanes
  var half = 1
  while half < count {
    forEachPair(work, count, half, roots) { a, b, root in
      let p = load(a)
      let q = load(a + imaginary)
      let u = load(b)
      let v = load(b + imaginary)
      store(p + u, a)
      store(q + v, a + imaginary)
      let x = p - u
      let y = q - v
      store(multiplyAdd(x * root.real, y, root.imaginary), b)
      store(multiplyAdd(y * root.real, x, -root.imaginary), b + imaginary)
    }
    half &*= 2
  }
}

/// Calls `body` with the real parts of each coefficient a and b of all remainders modulo z^2half - root^2, which are
/// split into those modulo z^half - root and z^half + root, or joined from them.
@inline(__always)
private func forEachPair(
  _ work: UnsafeMutablePointer<Float>, _ count: Int, _ half: Int, _ roots: UnsafePointer<Float>,
  _ body: (
    _ a: UnsafeMutablePointer<Float>, _ b: UnsafeMutablePointer<Float>, _ root: (real: Vector, imaginary: Vector)
  ) -> Void
) {
  let nodes = count / (2 &* half)
  for node in 0..<nodes {
    let root = roots + 4 &* (nodes &+ node)
    let factor = (real: Vector(repeating: root[0]), imaginary: Vector(repeating: root[1]))
    var a = work + node &* 2 &* half &* lanes
    for _ in 0..<half {
      body(a, a + half &* lanes, factor)
      a += lanes
    }
  }
}
