import LHKernelTypes

/// Rows and vectors of a tile.
typealias Shape<let rows: Int, let vectors: Int> = InlineArray<rows, InlineArray<vectors, Vector>>

#if KERNELS_AVX2
  let panelVectors = 2
#else
  let panelVectors = 4
#endif

/// A product of rows with a panel whose C is computed in register tiles: some rows by all vectors of the panel, their
/// sums in registers.
protocol TiledProduct {
  var rows: Int { get set }
  var vectors: Int { get }
  var width: Int { get }
  var accumulates: Bool { get }
  var c: UnsafeMutablePointer<Float> { get set }
  var cStride: Int { get set }

  /// The first byte of the panel.
  var panelStart: UnsafeRawPointer { get }
  /// What is read after this product, and how many bytes.
  var upcomingBytes: (start: UnsafeRawPointer?, count: Int) { get }
  /// Bytes that a tile fetches from there: two cache lines for each turn of its loop.
  var fetchedCount: Int { get }

  /// Rows of the tallest tile: a constant for each number of vectors.
  static func mostRows(vectors: Int) -> Int

  /// Goes on to later rows of A and C.
  mutating func skip(_ count: Int)

  /// Computes the first rows of C, and asks for `fetchedCount` bytes meanwhile.
  func multiplyTile<let rows: Int, let vectors: Int>(_: Shape<rows, vectors>.Type, fetching: UnsafeRawPointer)
}

extension TiledProduct {
  // The tallest tile of each width fills the registers (32 vectors with AVX-512 and NEON, 16 otherwise) as far as the
  // compiler keeps all of its sums there: with 16 it spills 12 x 2 and 9 x 1. Without fused operations products take
  // registers too.
  @inline(__always)
  static func mostRows(vectors: Int) -> Int {
    #if KERNELS_AVX512 || !arch(x86_64)
      vectors == 1 ? 12 : vectors == 2 ? 10 : vectors == 3 ? 8 : 6
    #elseif KERNELS_AVX2
      vectors == 1 ? 8 : 6
    #else
      vectors == 1 ? 8 : vectors == 2 ? 4 : vectors == 3 ? 3 : 2
    #endif
  }

  /// Computes C.
  @inline(__always)
  func multiply() {
    if width == vectors &* lanes {
      multiplyWhole()
    } else {
      multiplyNarrow()
    }
  }

  /// Whole tiles go to a buffer, from which the columns that exist are copied.
  private func multiplyNarrow() {
    var buffer = InlineArray<1536, Float>(repeating: 0)  // 24 rows of the widest panel, 64 floats
    withUnsafeMutablePointer(to: &buffer) { buffer in
      let tile = UnsafeMutableRawPointer(buffer).assumingMemoryBound(to: Float.self)
      let tileStride = vectors &* lanes
      var rest = self
      while rest.rows > 0 {
        var part = rest
        part.rows = min(24, rest.rows)
        part.c = tile
        part.cStride = tileStride
        if accumulates {
          for r in 0..<part.rows {
            for n in 0..<width { tile[r &* tileStride &+ n] = rest.c[r &* cStride &+ n] }
          }
        }
        part.multiplyWhole()
        for r in 0..<part.rows {
          for n in 0..<width { rest.c[r &* cStride &+ n] = tile[r &* tileStride &+ n] }
        }
        rest.skip(part.rows)
      }
    }
  }

  /// All columns of a panel of whole vectors.
  private func multiplyWhole() {
    switch vectors {
    case 1: multiplyRows(InlineArray<1, Vector>.self)
    case 2: multiplyRows(InlineArray<2, Vector>.self)
    #if !KERNELS_AVX2
      case 3: multiplyRows(InlineArray<3, Vector>.self)
      case 4: multiplyRows(InlineArray<4, Vector>.self)
    #endif
    default: break
    }
  }

  /// Cuts the rows into tiles of nearly equal height, since a tile of one or two rows waits for its own sums.
  private func multiplyRows<let vectors: Int>(_: InlineArray<vectors, Vector>.Type) {
    let tallest = Self.mostRows(vectors: vectors)
    var tiles = (rows &+ tallest &- 1) / tallest
    var rest = self
    // Without anything to fetch, what the tile reads anyway is asked for.
    let fetched = fetchedCount
    var (upcoming, upcomingLeft) = (upcomingBytes.start ?? panelStart, upcomingBytes.count)
    while tiles > 0 {
      let rows = (rest.rows &+ tiles &- 1) / tiles
      // `tallest` is a constant for each number of vectors: a tile that would not fit the registers is not compiled.
      switch rows {
      case 12 where tallest >= 12: rest.multiplyTile(Shape<12, vectors>.self, fetching: upcoming)
      case 11 where tallest >= 11: rest.multiplyTile(Shape<11, vectors>.self, fetching: upcoming)
      case 10 where tallest >= 10: rest.multiplyTile(Shape<10, vectors>.self, fetching: upcoming)
      case 9 where tallest >= 9: rest.multiplyTile(Shape<9, vectors>.self, fetching: upcoming)
      case 8 where tallest >= 8: rest.multiplyTile(Shape<8, vectors>.self, fetching: upcoming)
      case 7 where tallest >= 7: rest.multiplyTile(Shape<7, vectors>.self, fetching: upcoming)
      case 6 where tallest >= 6: rest.multiplyTile(Shape<6, vectors>.self, fetching: upcoming)
      case 5 where tallest >= 5: rest.multiplyTile(Shape<5, vectors>.self, fetching: upcoming)
      case 4 where tallest >= 4: rest.multiplyTile(Shape<4, vectors>.self, fetching: upcoming)
      case 3 where tallest >= 3: rest.multiplyTile(Shape<3, vectors>.self, fetching: upcoming)
      case 2: rest.multiplyTile(Shape<2, vectors>.self, fetching: upcoming)
      default: rest.multiplyTile(Shape<1, vectors>.self, fetching: upcoming)
      }
      rest.skip(rows)
      tiles &-= 1
      upcomingLeft &-= fetched
      upcoming = upcomingLeft > 0 ? upcoming + fetched : panelStart
    }
  }
}

/// Calls `body` with the numbers below `count`, at most 12, each of them a constant. A loop with a large body would not
/// be unrolled, and sums that are indexed by its variable would lie in memory.
@inline(__always)
func unrolled(_ count: Int, _ body: (Int) -> Void) {
  if count > 0 { body(0) }
  if count > 1 { body(1) }
  if count > 2 { body(2) }
  if count > 3 { body(3) }
  if count > 4 { body(4) }
  if count > 5 { body(5) }
  if count > 6 { body(6) }
  if count > 7 { body(7) }
  if count > 8 { body(8) }
  if count > 9 { body(9) }
  if count > 10 { body(10) }
  if count > 11 { body(11) }
}
