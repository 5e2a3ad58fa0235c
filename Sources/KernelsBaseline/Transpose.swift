/// See `KernelSet.transpose`. Blocks of 16 columns keep both sides in the cache.
func transpose(
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
