import LHVectors

/// A product of rows of narrow numbers with a panel that has them in words, as the matrix registers want it.
protocol NarrowProduct {
  var rows: Int { get }
  /// Width of the panel in vectors.
  var vectors: Int { get }
  /// The first row of A, bytes between rows, and bytes of a row that take part: whole words.
  var left: (start: UnsafeRawPointer, stride: Int, count: Int) { get }
  /// The panel, and bytes between words of a column.
  var right: (start: UnsafeRawPointer, stride: Int) { get }
  /// What is read after this product, and how many bytes.
  var upcomingBytes: (start: UnsafeRawPointer?, count: Int) { get }

  /// Adds the products of 64 bytes of the depth to the sums in the registers.
  func addTiles(
    _ left: UnsafeRawPointer, _ leftStride: Int, _ right: UnsafeRawPointer, _ rightStride: Int, _ block: TileBlock)

  /// Writes a block of C.
  func finish(_ block: TileBlock, sums: UnsafeRawPointer)
}

extension NarrowProduct {
  /// Computes C.
  @inline(__always)
  func multiply() {
    // The sums of a block, and the end of its rows and of the panel's part.
    var memory = InlineArray<2048, Int32>(repeating: 0)
    withUnsafeMutablePointer(to: &memory) { memory in
      let sums = UnsafeMutableRawPointer(memory)
      let (leftEnd, rightEnd) = (sums + TileBlock.byteCount, sums + 3 &* TileBlock.byteCount / 2)
      let (left, right) = (left, right)
      let blocks = (rows &+ 2 &* tileRows &- 1) / (2 &* tileRows) &* ((vectors &+ 1) / 2)
      var upcoming = Upcoming(
        upcomingBytes.start, byteCount: upcomingBytes.count, times: blocks &* (left.count / tileBytes),
        else: right.start)
      TileBlock.forEach(rows: rows, vectors: vectors) { block in
        var a = left.start + block.rows.lowerBound &* left.stride
        var b = right.start + block.vectors.lowerBound &* tileBytes
        cpu_zero_tiles()
        var rest = left.count
        while rest >= tileBytes {
          addTiles(a, left.stride, b, right.stride, block)
          upcoming.fetch()
          a += tileBytes
          b += tileRows &* right.stride
          rest &-= tileBytes
        }
        if rest > 0 {
          copyTile(block.rows.count, from: a, stride: left.stride, count: rest, to: leftEnd)
          for word in 0..<tileRows {
            let target = rightEnd + word &* 2 &* tileBytes
            for v in 0..<block.vectors.count {
              let words = word &* 4 < rest ? loadWords(b + (word &* right.stride &+ v &* tileBytes)) : .zero
              (target + v &* tileBytes).storeBytes(of: words, as: IntVector.self)
            }
          }
          addTiles(leftEnd, tileBytes, rightEnd, 2 &* tileBytes, block)
        }
        cpu_store_tiles(sums, block.hasLower, block.hasSecond)
        finish(block, sums: sums)
      }
    }
  }
}
