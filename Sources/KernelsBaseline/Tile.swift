import CPU
import KernelTypes

/// Rows and vectors of a tile.
typealias Shape<let rows: Int, let vectors: Int> = InlineArray<rows, InlineArray<vectors, Vector>>

/// A register tile of a matrix product: some rows of C by some vectors of columns, all sums in registers.
///
///     c[r][n] = start[r][n] + sum over k of a[r * aStride + k] * b[k * bStride + n]
struct Tile {
  /// The product that the tile is a part of.
  let product: PanelProduct
  /// The first row of A.
  var a: UnsafePointer<Float>
  /// The first row of C.
  var c: UnsafeMutablePointer<Float>
  /// Distance between rows of C, in elements.
  let cStride: Int
  /// What is fetched meanwhile.
  var upcoming: UnsafePointer<Float>

  /// Computes the tile.
  ///
  /// Sums run over k in the same order and the same parts whatever the tile's size, so that a result does not depend on how
  /// a matrix is cut, as long as its depth is cut at multiples of the chain length.
  @inline(__always)
  func multiply<let rows: Int, let vectors: Int>(_: Shape<rows, vectors>.Type) {
    var sums = Shape<rows, vectors> { _ in InlineArray { _ in .zero } }
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
      for _ in 0..<depth / stepsPerTurn {
        step(&sums, a, b, isBackward: false)
        if stepsPerTurn == 2 { step(&sums, a + 1, b + product.bStride, isBackward: true) }
        cpu_prefetch(upcoming)
        cpu_prefetch(upcoming + 16)
        upcoming += 32
        a += stepsPerTurn
        b += stepsPerTurn &* product.bStride
      }
      for _ in 0..<depth % stepsPerTurn {
        step(&sums, a, b, isBackward: false)
        a += 1
        b += product.bStride
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
      accumulates = true
      for r in 0..<rows {
        for v in 0..<vectors { sums[r][v] = .zero }
      }
    }
  }

  /// Adds the products of a column of A with a row of B, from the last row of the tile on if `isBackward`.
  @inline(__always)
  private func step<let rows: Int, let vectors: Int>(
    _ sums: inout Shape<rows, vectors>, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, isBackward: Bool
  ) {
    var columns = InlineArray<vectors, Vector> { _ in .zero }
    for v in 0..<vectors { columns[v] = load(b + v &* lanes) }
    for index in 0..<rows {
      let r = isBackward ? rows &- 1 &- index : index
      let factor = Vector(repeating: a[r &* product.aStride])
      for v in 0..<vectors { sums[r][v] = multiplyAdd(sums[r][v], factor, columns[v]) }
    }
  }

  /// Floats that a tile fetches for later: two cache lines for each turn of its loop.
  static func upcomingCount(depth: Int) -> Int { depth / stepsPerTurn &* 32 }
}

// The tile of the AVX2 set leaves the processor little time for the loop's own instructions, so two steps share them.
#if KERNELS_AVX2
  private var stepsPerTurn: Int { 2 }
#else
  private var stepsPerTurn: Int { 1 }
#endif
