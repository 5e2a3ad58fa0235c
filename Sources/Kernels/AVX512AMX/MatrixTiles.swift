import LHVectors

/// Rows of a matrix register.
let tileRows = 16
/// Bytes of such a row.
let tileBytes = 64

/// What the matrix registers sum at a time: up to 32 rows of C by one or two vectors.
struct TileBlock {
  let rows: Range<Int>
  let vectors: Range<Int>

  /// Whether the lower 16 rows, and the second vector, are among them.
  var hasLower: Int32 { rows.count > tileRows ? 1 : 0 }
  var hasSecond: Int32 { vectors.count > 1 ? 1 : 0 }

  /// Bytes of the sums as they are written.
  static var byteCount: Int { 2 &* tileRows &* rowBytes }
  /// Bytes of a row of them.
  private static var rowBytes: Int { 2 &* tileBytes }

  /// The place of a vector's sums.
  @inline(__always)
  func place(_ row: Int, _ vector: Int) -> Int {
    (row &- rows.lowerBound) &* TileBlock.rowBytes &+ (vector &- vectors.lowerBound) &* tileBytes
  }

  /// Calls `body` with the blocks of a product, all rows of the same vectors one after the other: so the panel's part
  /// stays near. The registers have as many rows as the block.
  @inline(__always)
  static func forEach(rows: Int, vectors: Int, _ body: (TileBlock) -> Void) {
    var vector = 0
    var configured = 0
    while vector < vectors {
      let next = min(vectors, vector &+ 2)
      var row = 0
      while row < rows {
        let end = min(rows, row &+ 2 &* tileRows)
        if configured != end &- row {
          configured = end &- row
          let upper = min(tileRows, configured)
          cpu_configure_tiles(
            Int32(truncatingIfNeeded: upper), Int32(truncatingIfNeeded: max(1, configured &- upper)))
        }
        body(TileBlock(rows: row..<end, vectors: vector..<next))
        row = end
      }
      vector = next
    }
    cpu_release_tiles()
  }
}

/// What is read after a product, fetched meanwhile.
struct Upcoming {
  private var start: UnsafeRawPointer
  /// Cache lines that are asked for each time.
  private let lines: Int

  /// - Parameter times: How often `fetch` is called.
  init(_ start: UnsafeRawPointer?, byteCount: Int, times: Int, else instead: UnsafeRawPointer) {
    self.start = start ?? instead
    lines = start == nil || times == 0 ? 0 : (byteCount / 64 &+ times &- 1) / times
  }

  @inline(__always)
  mutating func fetch() {
    for _ in 0..<lines {
      cpu_prefetch(start)
      start += 64
    }
  }
}

/// Copies rows to rows of a register, whose other bytes become zeros: a register is always read as a whole.
///
/// - Parameter count: Bytes of a row, below `tileBytes`.
@inline(__always)
func copyTile(_ rows: Int, from source: UnsafeRawPointer, stride: Int, count: Int, to target: UnsafeMutableRawPointer) {
  for row in 0..<rows {
    let place = target + row &* tileBytes
    place.storeBytes(of: .zero, as: IntVector.self)
    place.copyMemory(from: source + row &* stride, byteCount: count)
  }
}

extension TileBlock {
  /// Adds float32 sums, and biases, to C's own values, or to zeros.
  ///
  /// - Parameters:
  ///   - bias: One value for each column of the panel, or nil for zeros.
  ///   - width: Columns of C.
  @inline(__always)
  func add(
    _ sums: UnsafeRawPointer, bias: UnsafePointer<Float>?, to c: UnsafeMutablePointer<Float>, stride: Int, width: Int,
    accumulates: Bool
  ) {
    for v in vectors.lowerBound..<vectors.upperBound {
      let column = v &* lanes
      var biases = Vector.zero
      if let bias { biases = load(bias + column) }
      for r in rows.lowerBound..<rows.upperBound {
        let sum = (sums + place(r, v)).loadUnaligned(as: Vector.self)
        write(c + (r &* stride &+ column), count: width &- column, accumulates: accumulates) { start in
          start + (biases + sum)
        }
      }
    }
  }
}

/// Writes a vector of C, or its first lanes.
///
/// - Parameter count: Columns of C from `place` on; none if it is not above zero.
@inline(__always)
func write(
  _ place: UnsafeMutablePointer<Float>, count: Int, accumulates: Bool, _ sum: (_ start: Vector) -> Vector
) {
  if count >= lanes {
    store(sum(accumulates ? load(place) : .zero), place)
  } else {
    writeNarrow(place, count: count, accumulates: accumulates, sum)
  }
}

@inline(never)
private func writeNarrow(
  _ place: UnsafeMutablePointer<Float>, count: Int, accumulates: Bool, _ sum: (_ start: Vector) -> Vector
) {
  guard count > 0 else { return }
  var start = Vector.zero
  if accumulates {
    for n in 0..<count { start[n] = place[n] }
  }
  let result = sum(start)
  for n in 0..<count { place[n] = result[n] }
}
