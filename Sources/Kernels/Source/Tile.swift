import LHKernelTypes
import LHVectors

/// A product with a panel in float32; see `PanelProduct`.
func multiplyPanel(_ product: PanelProduct) { product.multiply() }

extension PanelProduct: TiledProduct {
  var panelStart: UnsafeRawPointer { UnsafeRawPointer(b) }

  var upcomingBytes: (start: UnsafeRawPointer?, count: Int) {
    (upcoming.map { UnsafeRawPointer($0) }, upcomingCount &* MemoryLayout<Float>.stride)
  }

  var fetchedCount: Int { depth / stepsPerTurn &* 128 }

  @inline(__always)
  mutating func skip(_ count: Int) {
    rows &-= count
    a += count &* aStride
    c += count &* cStride
  }

  /// c[r][n] = start[r][n] + sum over k of a[r * aStride + k] * b[k * bStride + n]
  ///
  /// Sums run over k in the same order and the same parts whatever the tile's size, so that a result does not depend on
  /// how a matrix is cut, as long as its depth is cut at multiples of the chain length.
  @inline(__always)
  func multiplyTile<let rows: Int, let vectors: Int>(_: Shape<rows, vectors>.Type, fetching: UnsafeRawPointer) {
    var sums = Shape<rows, vectors> { _ in InlineArray { _ in .zero } }
    if let bias {
      for v in 0..<vectors {
        let start = load(bias + v &* lanes)
        for r in 0..<rows { sums[r][v] = start }
      }
    }
    var a = a
    var b = b
    var fetching = fetching
    var left = depth
    var accumulates = accumulates
    while true {
      let depth = min(left, chainLength)
      for _ in 0..<depth / stepsPerTurn {
        step(&sums, a, b, isBackward: false)
        if stepsPerTurn == 2 { step(&sums, a + 1, b + bStride, isBackward: true) }
        cpu_prefetch(fetching)
        cpu_prefetch(fetching + 64)
        fetching += 128
        a += stepsPerTurn
        b += stepsPerTurn &* bStride
      }
      for _ in 0..<depth % stepsPerTurn {
        step(&sums, a, b, isBackward: false)
        a += 1
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
      let factor = Vector(repeating: a[r &* aStride])
      for v in 0..<vectors { sums[r][v] = multiplyAdd(sums[r][v], factor, columns[v]) }
    }
  }
}

// The tile of the AVX2 set leaves the processor little time for the loop's own instructions, so two steps share them.
#if KERNELS_AVX2
  private var stepsPerTurn: Int { 2 }
#else
  private var stepsPerTurn: Int { 1 }
#endif
