import KernelTypes

/// A product of rows with one panel; see `PanelProduct`.
func multiplyPanel(_ product: PanelProduct) {
  if product.width == product.vectors &* lanes {
    multiplyRows(product, c: product.c, cStride: product.cStride)
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
      multiplyRows(part, c: tile, cStride: tileStride)
      for r in 0..<part.rows {
        for n in 0..<product.width { c[r &* product.cStride &+ n] = tile[r &* tileStride &+ n] }
      }
      first &+= part.rows
    }
  }
}

// The largest tile of each width fills the registers (32 vectors with AVX-512 and NEON, 16 otherwise) as far as the
// compiler keeps all of its sums there: it spills 12 x 2.
#if KERNELS_AVX512 || !arch(x86_64)
  let panelVectors = 4

  private func multiplyRows(_ product: PanelProduct, c: UnsafeMutablePointer<Float>, cStride: Int) {
    switch product.vectors {
    case 1: multiplyRows(InlineArray<1, Vector>.self, tallest: 12, product, c, cStride)
    case 2: multiplyRows(InlineArray<2, Vector>.self, tallest: 10, product, c, cStride)
    case 3: multiplyRows(InlineArray<3, Vector>.self, tallest: 8, product, c, cStride)
    default: multiplyRows(InlineArray<4, Vector>.self, tallest: 6, product, c, cStride)
    }
  }
#elseif KERNELS_AVX2
  let panelVectors = 2

  private func multiplyRows(_ product: PanelProduct, c: UnsafeMutablePointer<Float>, cStride: Int) {
    switch product.vectors {
    case 1: multiplyRows(InlineArray<1, Vector>.self, tallest: 12, product, c, cStride)
    default: multiplyRows(InlineArray<2, Vector>.self, tallest: 6, product, c, cStride)
    }
  }
#else
  let panelVectors = 4

  private func multiplyRows(_ product: PanelProduct, c: UnsafeMutablePointer<Float>, cStride: Int) {
    switch product.vectors {
    case 1: multiplyRows(InlineArray<1, Vector>.self, tallest: 8, product, c, cStride)
    case 2: multiplyRows(InlineArray<2, Vector>.self, tallest: 4, product, c, cStride)
    case 3: multiplyRows(InlineArray<3, Vector>.self, tallest: 3, product, c, cStride)
    default: multiplyRows(InlineArray<4, Vector>.self, tallest: 2, product, c, cStride)
    }
  }
#endif

/// Cuts the rows into tiles of nearly equal height, since a tile of one or two rows waits for its own sums.
@inline(__always)
private func multiplyRows<let vectors: Int>(
  _: InlineArray<vectors, Vector>.Type, tallest: Int, _ product: PanelProduct, _ c: UnsafeMutablePointer<Float>,
  _ cStride: Int
) {
  var tiles = (product.rows &+ tallest &- 1) / tallest
  var a = product.a
  var c = c
  var left = product.rows
  // Without anything to fetch, what the tile reads anyway is asked for.
  var upcoming = product.upcoming ?? product.b
  var upcomingLeft = product.upcomingCount
  while tiles > 0 {
    let rows = (left &+ tiles &- 1) / tiles
    // The conditions are constants once this is inlined, so that no tile is compiled that would not fit the registers.
    switch rows {
    case 12 where tallest >= 12:
      multiplyTile(InlineArray<12, InlineArray<vectors, Vector>>.self, product, a, c, cStride, upcoming)
    case 11 where tallest >= 11:
      multiplyTile(InlineArray<11, InlineArray<vectors, Vector>>.self, product, a, c, cStride, upcoming)
    case 10 where tallest >= 10:
      multiplyTile(InlineArray<10, InlineArray<vectors, Vector>>.self, product, a, c, cStride, upcoming)
    case 9 where tallest >= 9:
      multiplyTile(InlineArray<9, InlineArray<vectors, Vector>>.self, product, a, c, cStride, upcoming)
    case 8 where tallest >= 8:
      multiplyTile(InlineArray<8, InlineArray<vectors, Vector>>.self, product, a, c, cStride, upcoming)
    case 7 where tallest >= 7:
      multiplyTile(InlineArray<7, InlineArray<vectors, Vector>>.self, product, a, c, cStride, upcoming)
    case 6 where tallest >= 6:
      multiplyTile(InlineArray<6, InlineArray<vectors, Vector>>.self, product, a, c, cStride, upcoming)
    case 5 where tallest >= 5:
      multiplyTile(InlineArray<5, InlineArray<vectors, Vector>>.self, product, a, c, cStride, upcoming)
    case 4 where tallest >= 4:
      multiplyTile(InlineArray<4, InlineArray<vectors, Vector>>.self, product, a, c, cStride, upcoming)
    case 3 where tallest >= 3:
      multiplyTile(InlineArray<3, InlineArray<vectors, Vector>>.self, product, a, c, cStride, upcoming)
    case 2: multiplyTile(InlineArray<2, InlineArray<vectors, Vector>>.self, product, a, c, cStride, upcoming)
    default: multiplyTile(InlineArray<1, InlineArray<vectors, Vector>>.self, product, a, c, cStride, upcoming)
    }
    a += rows &* product.aStride
    c += rows &* cStride
    left &-= rows
    tiles &-= 1
    upcomingLeft &-= product.depth &* upcomingStep
    upcoming = upcomingLeft > 0 ? upcoming + product.depth &* upcomingStep : product.b
  }
}
