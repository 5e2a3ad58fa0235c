import KernelTypes

/// A product of rows with one panel; see `PanelProduct`.
func multiplyPanel(_ product: PanelProduct) {
  if product.width == product.vectors &* lanes {
    multiplyWhole(product, c: product.c, cStride: product.cStride)
  } else {
    multiplyNarrow(product)
  }
}

/// Whole tiles go to a buffer, from which the columns that exist are copied.
private func multiplyNarrow(_ product: PanelProduct) {
  var buffer = InlineArray<1536, Float>(repeating: 0)  // 24 rows of the widest panel, 64 floats
  withUnsafeMutablePointer(to: &buffer) { buffer in
    let tile = UnsafeMutableRawPointer(buffer).assumingMemoryBound(to: Float.self)
    let tileStride = product.vectors &* lanes
    var part = product
    var first = 0
    while first < product.rows {
      part.rows = min(24, product.rows &- first)
      part.a = product.a + first &* product.aStride
      let c = product.c + first &* product.cStride
      if product.accumulates {
        for r in 0..<part.rows {
          for n in 0..<product.width { tile[r &* tileStride &+ n] = c[r &* product.cStride &+ n] }
        }
      }
      multiplyWhole(part, c: tile, cStride: tileStride)
      for r in 0..<part.rows {
        for n in 0..<product.width { c[r &* product.cStride &+ n] = tile[r &* tileStride &+ n] }
      }
      first &+= part.rows
    }
  }
}

// The tallest tile of each width fills the registers (32 vectors with AVX-512 and NEON, 16 otherwise) as far as the
// compiler keeps all of its sums there: with 16 it spills 12 x 2 and 9 x 1. Without fused operations products take
// registers too.
#if KERNELS_AVX512 || !arch(x86_64)
  let panelVectors = 4

  @inline(__always)
  private func tallestTile(vectors: Int) -> Int { vectors == 1 ? 12 : vectors == 2 ? 10 : vectors == 3 ? 8 : 6 }
#elseif KERNELS_AVX2
  let panelVectors = 2

  @inline(__always)
  private func tallestTile(vectors: Int) -> Int { vectors == 1 ? 8 : 6 }
#else
  let panelVectors = 4

  @inline(__always)
  private func tallestTile(vectors: Int) -> Int { vectors == 1 ? 8 : vectors == 2 ? 4 : vectors == 3 ? 3 : 2 }
#endif

/// All columns of a panel of whole vectors.
private func multiplyWhole(_ product: PanelProduct, c: UnsafeMutablePointer<Float>, cStride: Int) {
  switch product.vectors {
  case 1: multiplyRows(InlineArray<1, Vector>.self, product, c, cStride)
  case 2: multiplyRows(InlineArray<2, Vector>.self, product, c, cStride)
  #if !KERNELS_AVX2
    case 3: multiplyRows(InlineArray<3, Vector>.self, product, c, cStride)
    case 4: multiplyRows(InlineArray<4, Vector>.self, product, c, cStride)
  #endif
  default: break
  }
}

/// Cuts the rows into tiles of nearly equal height, since a tile of one or two rows waits for its own sums.
private func multiplyRows<let vectors: Int>(
  _: InlineArray<vectors, Vector>.Type, _ product: PanelProduct, _ c: UnsafeMutablePointer<Float>, _ cStride: Int
) {
  let tallest = tallestTile(vectors: vectors)
  var tiles = (product.rows &+ tallest &- 1) / tallest
  var left = product.rows
  // Without anything to fetch, what the tile reads anyway is asked for.
  var tile = Tile(
    product: product, a: product.a, c: c, cStride: cStride, upcoming: product.upcoming ?? product.b)
  var upcomingLeft = product.upcomingCount
  while tiles > 0 {
    let rows = (left &+ tiles &- 1) / tiles
    // `tallest` is a constant for each number of vectors: a tile that would not fit the registers is not compiled.
    switch rows {
    case 12 where tallest >= 12: tile.multiply(Shape<12, vectors>.self)
    case 11 where tallest >= 11: tile.multiply(Shape<11, vectors>.self)
    case 10 where tallest >= 10: tile.multiply(Shape<10, vectors>.self)
    case 9 where tallest >= 9: tile.multiply(Shape<9, vectors>.self)
    case 8 where tallest >= 8: tile.multiply(Shape<8, vectors>.self)
    case 7 where tallest >= 7: tile.multiply(Shape<7, vectors>.self)
    case 6 where tallest >= 6: tile.multiply(Shape<6, vectors>.self)
    case 5 where tallest >= 5: tile.multiply(Shape<5, vectors>.self)
    case 4 where tallest >= 4: tile.multiply(Shape<4, vectors>.self)
    case 3 where tallest >= 3: tile.multiply(Shape<3, vectors>.self)
    case 2: tile.multiply(Shape<2, vectors>.self)
    default: tile.multiply(Shape<1, vectors>.self)
    }
    tile.a += rows &* product.aStride
    tile.c += rows &* cStride
    left &-= rows
    tiles &-= 1
    let fetched = Tile.upcomingCount(depth: product.depth)
    upcomingLeft &-= fetched
    tile.upcoming = upcomingLeft > 0 ? tile.upcoming + fetched : product.b
  }
}
