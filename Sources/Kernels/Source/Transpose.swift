import LHKernelTypes

/// See `Transposition`. Square blocks are transposed in registers, `lanes` rows at a time down all columns: the
/// writes then fill whole vectors. What is left over at the edges goes element by element.
func transpose(_ matrix: Transposition) {
  let (source, rows, columns, sourceStride) = (matrix.source, matrix.rows, matrix.columns, matrix.sourceStride)
  let (destination, destinationStride) = (matrix.destination, matrix.destinationStride)
  let wholeRows = rows / lanes &* lanes
  let wholeColumns = columns / lanes &* lanes
  var row = 0
  while row < wholeRows {
    var source = source + row &* sourceStride
    var destination = destination + row
    var column = 0
    while column < wholeColumns {
      transposeBlock(source, sourceStride, destination, destinationStride)
      source += lanes
      destination += lanes &* destinationStride
      column &+= lanes
    }
    row &+= lanes
  }
  transposeElements(
    source + wholeColumns, wholeRows, columns &- wholeColumns, sourceStride,
    destination + wholeColumns &* destinationStride, destinationStride)
  transposeElements(
    source + wholeRows &* sourceStride, rows &- wholeRows, columns, sourceStride, destination + wholeRows,
    destinationStride)
}

/// Any size, element by element. Blocks of 16 columns keep both sides in the cache.
private func transposeElements(
  _ source: UnsafePointer<Float>, _ rows: Int, _ columns: Int, _ sourceStride: Int,
  _ destination: UnsafeMutablePointer<Float>, _ destinationStride: Int
) {
  var first = 0
  while first < columns {
    let end = min(first &+ 16, columns)
    for column in first..<end {
      let destination = destination + column &* destinationStride
      for row in 0..<rows { destination[row] = source[row &* sourceStride &+ column] }
    }
    first = end
  }
}

/// A block of `lanes` rows and columns: interleaving the first half of the rows with the second moves one bit of each
/// element's column number into its row number; after all bits have moved, rows are columns.
@inline(__always)
private func transposeBlock(
  _ source: UnsafePointer<Float>, _ sourceStride: Int, _ destination: UnsafeMutablePointer<Float>,
  _ destinationStride: Int
) {
  var block = Block { row in load(source + row &* sourceStride) }
  #if KERNELS_AVX512
    interleave(&block)
  #endif
  #if KERNELS_AVX512 || KERNELS_AVX2
    interleave(&block)
  #endif
  interleave(&block)
  interleave(&block)
  for row in 0..<lanes { store(block[row], destination + row &* destinationStride) }
}

@inline(__always)
private func interleave(_ block: inout Block) {
  let rows = block
  for row in 0..<lanes / 2 {
    let first = rows[row]
    let second = rows[row &+ lanes / 2]
    block[2 &* row].evenHalf = first.lowHalf
    block[2 &* row].oddHalf = second.lowHalf
    block[2 &* row &+ 1].evenHalf = first.highHalf
    block[2 &* row &+ 1].oddHalf = second.highHalf
  }
}

#if KERNELS_AVX512
  private typealias Block = InlineArray<16, Vector>
#elseif KERNELS_AVX2
  private typealias Block = InlineArray<8, Vector>
#else
  private typealias Block = InlineArray<4, Vector>
#endif
