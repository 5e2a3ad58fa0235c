import CPU
import KernelTypes

/// Floats that a tile fetches for later in each step: two cache lines.
@inline(__always) var upcomingStep: Int { 32 }

/// A register tile of a matrix product: `rows` rows of C by `vectors` vectors of columns, all sums in registers.
///
///     c[r][n] = start[r][n] + sum over k of a[r * aStride + k] * b[k * bStride + n]
///
/// Sums run over k in the same order and the same parts whatever the tile's size, so that a result does not depend on how
/// a matrix is cut, as long as its depth is cut at multiples of the chain length.
@inline(__always)
func multiplyTile<let rows: Int, let vectors: Int>(
  _: InlineArray<rows, InlineArray<vectors, Vector>>.Type, _ product: PanelProduct,
  _ a: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, _ cStride: Int, _ upcoming: UnsafePointer<Float>
) {
  let aStride = product.aStride
  let bStride = product.bStride
  var sums = InlineArray<rows, InlineArray<vectors, Vector>> { _ in InlineArray { _ in .zero } }
  if let bias = product.bias {
    for v in 0..<vectors {
      let start = load(bias + v &* lanes)
      for r in 0..<rows { sums[r][v] = start }
    }
  }
  var a = a
  var b = product.b
  var upcoming = upcoming
  var left = product.depth
  var accumulates = product.accumulates
  while true {
    let depth = min(left, product.chainLength)
    for k in 0..<depth {
      var columns = InlineArray<vectors, Vector> { _ in .zero }
      for v in 0..<vectors { columns[v] = load(b + v &* lanes) }
      for r in 0..<rows {
        let factor = Vector(repeating: a[r &* aStride &+ k])
        for v in 0..<vectors { sums[r][v] = multiplyAdd(sums[r][v], factor, columns[v]) }
      }
      cpu_prefetch(upcoming)
      cpu_prefetch(upcoming + 16)
      upcoming += upcomingStep
      b += bStride
    }
    if accumulates {
      for r in 0..<rows {
        for v in 0..<vectors { sums[r][v] += load(UnsafePointer(c) + (r &* cStride &+ v &* lanes)) }
      }
    }
    for r in 0..<rows {
      for v in 0..<vectors { store(sums[r][v], c + (r &* cStride &+ v &* lanes)) }
    }
    left &-= depth
    if left == 0 { return }
    a += depth
    accumulates = true
    for r in 0..<rows {
      for v in 0..<vectors { sums[r][v] = .zero }
    }
  }
}
