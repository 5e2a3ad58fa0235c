package import KernelTypes

/// Multi-head attention over one utterance, in blocks of queries: the scores of a block's frames are all that is ever
/// stored of the [frames, frames] matrix.
///
/// Queries are expected to be scaled already. Head size is 64.
package struct Attention {
  /// Frames T.
  package var frames: Int
  /// Heads H.
  package var heads: Int
  /// Frames on either side that a frame sees; nil for all.
  package var reach: Int?
  /// Zero rows before the first frame that take part with score 0 and value 0, where the window reaches them.
  package var leadingZeros: Int
  /// First element of [T, 3 * 64 H]: queries, keys, values.
  package var qkv: UnsafePointer<Float>
  /// First element of the output, [T, 64 H].
  package var output: UnsafeMutablePointer<Float>

  /// Size of a head.
  package static let headSize = 64

  package init(
    frames: Int, heads: Int, reach: Int?, leadingZeros: Int, qkv: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>
  ) {
    self.frames = frames
    self.heads = heads
    self.reach = reach
    self.leadingZeros = leadingZeros
    self.qkv = qkv
    self.output = output
  }

  private var width: Int { heads * Attention.headSize }
  private var stride: Int { 3 * width }

  /// Queries of a block: as many as keep their scores in the second-level cache, within limits.
  package static func queryBlock(keys: Int) -> Int { max(12, min(48, 131_072 / max(keys, 1))) / 6 * 6 }

  /// Computes the output on the threads of a pool.
  ///
  /// - Parameters:
  ///   - keys: Room for the transposed keys, `keyCount(...)` floats.
  ///   - queryBlock: Queries whose scores are held at a time, at most 48.
  ///   - scores: Room for the scores of a query block, `scoreCount(...)` floats for each thread.
  package func run(
    with multiplier: MatrixMultiplier, on pool: WorkerPool, queryBlock: Int, keys: UnsafeMutablePointer<Float>,
    scores: UnsafeMutablePointer<Float>
  ) {
    let panelWidth = multiplier.kernels.panelWidth
    if multiplier.backend == .packed { transposeKeys(to: keys, kernels: multiplier.kernels, pool: pool) }
    // The keys that a block sees lie in whole panels.
    let mostKeys = reach.map { min(frames, 2 * $0 + queryBlock + panelWidth + PanelProduct.chainLength) } ?? frames
    let strip = Attention.scoreStride(keys: mostKeys, panelWidth: panelWidth)
    let blocks = (frames + queryBlock - 1) / queryBlock
    pool.run(heads * blocks) { task, worker in
      let head = task / blocks
      let first = task % blocks * queryBlock
      attend(
        head: head, queries: first..<min(first + queryBlock, frames), multiplier: multiplier, keys: keys,
        scores: scores + worker * queryBlock * strip, strip: strip)
    }
  }

  /// Floats that `keys` needs.
  package static func keyCount(frames: Int, heads: Int, kernels: KernelSet) -> Int {
    heads * headSize * frames.roundedUp(toMultipleOf: kernels.panelWidth)
  }

  /// Floats that `scores` needs for each thread, however many of the keys are seen.
  package static func scoreCount(queryBlock: Int, keys: Int, kernels: KernelSet) -> Int {
    queryBlock * scoreStride(keys: keys, panelWidth: kernels.panelWidth)
  }

  /// Distance between the scores of two queries. Rows that lie a multiple of 4 KiB apart would compete for the same
  /// places in the first-level cache.
  private static func scoreStride(keys: Int, panelWidth: Int) -> Int {
    keys.roundedUp(toMultipleOf: panelWidth) + 16
  }

  /// Keys to panels: [head][panel of keys][64][panel width].
  private func transposeKeys(to keys: UnsafeMutablePointer<Float>, kernels: KernelSet, pool: WorkerPool) {
    let size = Attention.headSize
    let panelWidth = kernels.panelWidth
    let panels = (frames + panelWidth - 1) / panelWidth
    pool.run(heads) { head, _ in
      for panel in 0..<panels {
        let first = panel * panelWidth
        let count = min(panelWidth, frames - first)
        let destination = keys + (head * panels + panel) * size * panelWidth
        if count < panelWidth { destination.update(repeating: 0, count: size * panelWidth) }
        let source = qkv + (first * stride + width + head * size)
        kernels.transpose(source, count, size, stride, destination, panelWidth)
      }
    }
  }

  private func attend(
    head: Int, queries: Range<Int>, multiplier: MatrixMultiplier, keys: UnsafePointer<Float>,
    scores: UnsafeMutablePointer<Float>, strip: Int
  ) {
    let kernels = multiplier.kernels
    let size = Attention.headSize
    let output = output + (queries.lowerBound * width + head * size)
    // Keys that any query of the block sees; a row's own ones are a part of them. They begin where the parts of a sum do,
    // so that the parts do not depend on the block.
    let chain = PanelProduct.chainLength
    let seen =
      keyRange(of: queries.lowerBound).lowerBound / chain * chain..<keyRange(of: queries.upperBound - 1).upperBound
    let first = score(head: head, queries: queries, seen: seen, multiplier, keys, scores, strip)
    var sums = InlineArray<48, Float>(repeating: 0)
    for query in queries {
      let row = scores + (query - queries.lowerBound) * strip
      let range = keyRange(of: query)
      sums[query - queries.lowerBound] = kernels.softmaxNumerators(
        row + (range.lowerBound - first), range.count, zeroCount(of: query))
      (row + (seen.lowerBound - first)).update(repeating: 0, count: range.lowerBound - seen.lowerBound)
      (row + (range.upperBound - first)).update(repeating: 0, count: seen.upperBound - range.upperBound)
    }
    addValues(
      head: head, rows: queries.count, seen: seen, multiplier, scores + (seen.lowerBound - first), strip, output)
    for row in 0..<queries.count { kernels.scale(output + row * width, size, 1 / sums[row]) }
  }

  /// Scores of the block's queries with the keys `seen`; gives the key of the strip's first column.
  private func score(
    head: Int, queries: Range<Int>, seen: Range<Int>, _ multiplier: MatrixMultiplier, _ keys: UnsafePointer<Float>,
    _ scores: UnsafeMutablePointer<Float>, _ strip: Int
  ) -> Int {
    let size = Attention.headSize
    let a = qkv + (queries.lowerBound * stride + head * size)
    guard multiplier.backend == .packed else {
      OpenBLAS.multiply(
        rows: queries.count, columns: seen.count, depth: size, a: a, aStride: stride,
        b: qkv + (seen.lowerBound * stride + width + head * size), bStride: stride, isTransposed: true, beta: 0,
        c: scores, cStride: strip)
      return seen.lowerBound
    }
    let kernels = multiplier.kernels
    let panelWidth = kernels.panelWidth
    let panels = (frames + panelWidth - 1) / panelWidth
    let firstPanel = seen.lowerBound / panelWidth
    for panel in firstPanel...(seen.upperBound - 1) / panelWidth {
      kernels.multiplyPanel(
        PanelProduct(
          rows: queries.count, depth: size, a: a, aStride: stride,
          b: keys + (head * panels + panel) * size * panelWidth, bStride: panelWidth, vectors: kernels.panelVectors,
          bias: nil, accumulates: false, c: scores + (panel - firstPanel) * panelWidth, cStride: strip,
          width: panelWidth))
    }
    return firstPanel * panelWidth
  }

  /// Sums of the values, weighted with the scores.
  private func addValues(
    head: Int, rows: Int, seen: Range<Int>, _ multiplier: MatrixMultiplier, _ scores: UnsafePointer<Float>,
    _ strip: Int, _ output: UnsafeMutablePointer<Float>
  ) {
    let size = Attention.headSize
    let values = qkv + (seen.lowerBound * stride + 2 * width + head * size)
    guard multiplier.backend == .packed else {
      OpenBLAS.multiply(
        rows: rows, columns: size, depth: seen.count, a: scores, aStride: strip, b: values, bStride: stride, beta: 0,
        c: output, cStride: width)
      return
    }
    let kernels = multiplier.kernels
    let panelWidth = min(kernels.panelWidth, size)
    // Values are read in place. A part of them stays in the first-level cache while all rows pass.
    for start in Swift.stride(from: 0, to: seen.count, by: 512) {
      for column in Swift.stride(from: 0, to: size, by: panelWidth) {
        kernels.multiplyPanel(
          PanelProduct(
            rows: rows, depth: min(512, seen.count - start), a: scores + start, aStride: strip,
            b: values + (start * stride + column), bStride: stride, vectors: panelWidth / kernels.lanes, bias: nil,
            accumulates: start > 0, c: output + column, cStride: width, width: panelWidth))
      }
    }
  }

  /// Frames that a frame sees.
  private func keyRange(of query: Int) -> Range<Int> {
    guard let reach else { return 0..<frames }
    return max(0, query - reach)..<min(frames, query + reach + 1)
  }

  /// Zero rows that a frame sees before the first one.
  private func zeroCount(of query: Int) -> Int {
    guard let reach else { return 0 }
    return min(leadingZeros, max(0, reach - query))
  }
}
