package import LHKernelTypes

/// Multi-head attention over one utterance, in blocks of queries and of keys: the scores of a block are all that is
/// ever stored of the [frames, frames] matrix. A running softmax joins the blocks of keys.
///
/// Queries are expected to be scaled already.
package struct Attention {
  /// Frames T.
  package var frames: Int
  /// Heads H.
  package var heads: Int
  /// Size D of a head, a multiple of `Attention.headSizeMultiple`: smaller heads are filled up with zeros.
  package var headSize: Int
  /// Frames on either side that a frame sees; nil for all.
  package var reach: Int?
  /// Zero rows before the first frame that take part with score 0 and value 0, where the window reaches them.
  package var leadingZeros: Int
  /// What is added to the scores; nil for nothing.
  package var bias: GatedBias?
  /// First element of [T, 3 H D]: queries, keys, values. The output, [T, H D], takes the place of the queries.
  package var qkv: UnsafeMutablePointer<Float>
  /// Whether both products have bfloat16 operands. Scores and sums are float32 all the same.
  package var usesBFloat16 = false

  /// What sizes of heads are multiples of: the floats of the widest vector.
  package static let headSizeMultiple = 16
  /// The most queries of a block.
  package static let queryBlock = 48
  /// Keys of a block, a multiple of all panel widths and of `PanelProduct.chainLength`. Blocks begin at its multiples,
  /// so that sums do not depend on how queries are cut. A block's keys, values and scores stay in the second-level
  /// cache.
  static let keyBlock = 1024
  /// Floats of transposed keys beyond which heads are worked on in groups.
  private static let mostKeyFloats = 4 << 20

  package init(
    frames: Int, heads: Int, headSize: Int, reach: Int?, leadingZeros: Int, qkv: UnsafeMutablePointer<Float>
  ) {
    precondition(headSize % Attention.headSizeMultiple == 0, "heads are whole vectors")
    self.frames = frames
    self.heads = heads
    self.headSize = headSize
    self.reach = reach
    self.leadingZeros = leadingZeros
    self.qkv = qkv
  }

  var width: Int { heads * headSize }
  /// Distance between the queries, keys and values of two frames.
  var stride: Int { 3 * width }

  /// Computes the output on the threads of a pool.
  ///
  /// - Parameters:
  ///   - queryBlock: Queries that are worked on at a time, at most `Attention.queryBlock`.
  ///   - keys: Room for the transposed keys, `keyCount(...)` floats.
  ///   - scratch: `scratchCount(...)` floats for each thread.
  package func run(
    with multiplier: MatrixMultiplier, on pool: WorkerPool, queryBlock: Int = Attention.queryBlock,
    keys: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    let kernels = multiplier.kernels
    let scratchCount = Attention.scratchCount(frames: frames, headSize: headSize, kernels: kernels)
    let group = Attention.headGroup(frames: frames, heads: heads, headSize: headSize, kernels: kernels)
    let blocks = (frames + queryBlock - 1) / queryBlock
    for firstHead in Swift.stride(from: 0, to: heads, by: group) {
      let count = min(group, heads - firstHead)
      let prepared = firstHead..<firstHead + count
      if usesBFloat16 {
        prepareBFloat16(of: prepared, to: keys, scratch: scratch, kernels: kernels, pool: pool)
      } else if multiplier.backend == .packed {
        transposeKeys(of: prepared, to: keys, kernels: kernels, pool: pool)
      }
      pool.run(count * blocks) { task, worker in
        let head = task / blocks
        let first = task % blocks * queryBlock
        attend(
          head: firstHead + head, queries: first..<min(first + queryBlock, frames), multiplier,
          keys: keys + head * Attention.keyCount(frames: frames, heads: 1, headSize: headSize, kernels: kernels),
          scratch: scratch + worker * scratchCount)
      }
    }
  }

  /// Heads whose keys are transposed at a time.
  private static func headGroup(frames: Int, heads: Int, headSize: Int, kernels: KernelSet) -> Int {
    max(1, min(heads, mostKeyFloats / (headSize * frames.roundedUp(toMultipleOf: kernels.panelWidth))))
  }

  /// Floats that `keys` needs.
  package static func keyCount(frames: Int, heads: Int, headSize: Int, kernels: KernelSet) -> Int {
    headGroup(frames: frames, heads: heads, headSize: headSize, kernels: kernels) * headSize
      * frames.roundedUp(toMultipleOf: kernels.panelWidth)
  }

  /// Floats that `scratch` needs for each thread: the scores of a block, and the sums of its queries; queries and
  /// scores once more as bfloat16.
  package static func scratchCount(frames: Int, headSize: Int, kernels: KernelSet) -> Int {
    let strip = scoreStride(frames: frames, panelWidth: kernels.panelWidth)
    let rounded = BFloat16Rows.count(strip: strip, headSize: headSize)
    return queryBlock * (strip + headSize) + rounded
  }

  /// Distance between the scores of two queries. Rows that lie a multiple of 4 KiB apart would compete for the same
  /// places in the first-level cache.
  private static func scoreStride(frames: Int, panelWidth: Int) -> Int {
    min(frames, keyBlock).roundedUp(toMultipleOf: panelWidth) + 16
  }

  /// Keys to panels: [head][panel of keys][D][panel width].
  private func transposeKeys(
    of heads: Range<Int>, to keys: UnsafeMutablePointer<Float>, kernels: KernelSet, pool: WorkerPool
  ) {
    let size = headSize
    let panelWidth = kernels.panelWidth
    let panels = (frames + panelWidth - 1) / panelWidth
    let panelsOfBlock = Attention.keyBlock / panelWidth
    let blocks = (panels + panelsOfBlock - 1) / panelsOfBlock
    pool.run(heads.count * blocks) { task, _ in
      let head = task / blocks
      let firstPanel = task % blocks * panelsOfBlock
      for panel in firstPanel..<min(firstPanel + panelsOfBlock, panels) {
        let first = panel * panelWidth
        let count = min(panelWidth, frames - first)
        let destination = keys + (head * panels + panel) * size * panelWidth
        if count < panelWidth { destination.update(repeating: 0, count: size * panelWidth) }
        let source = qkv + (first * stride + width + (heads.lowerBound + head) * size)
        kernels.transpose(
          Transposition(
            rows: count, columns: size, source: source, sourceStride: stride, destination: destination,
            destinationStride: panelWidth))
      }
    }
  }

  /// The output of a block of queries.
  ///
  /// - Parameter keys: The head's transposed keys.
  private func attend(
    head: Int, queries: Range<Int>, _ multiplier: MatrixMultiplier, keys: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let kernels = multiplier.kernels
    let size = headSize
    let strip = Attention.scoreStride(frames: frames, panelWidth: kernels.panelWidth)
    let sums = scratch + Attention.queryBlock * strip
    let rows = BFloat16Rows(at: sums + Attention.queryBlock * size, headSize: size)
    let operands = BFloat16Operands(frames: frames, headSize: size, at: keys, kernels: kernels)
    var running = InlineArray<48, RunningSoftmax>(repeating: RunningSoftmax())
    for query in queries { running[query - queries.lowerBound] = RunningSoftmax(zeros: zeroCount(of: query)) }
    // Keys that any query of the block sees; a row's own ones are a part of them. They begin where the parts of a sum
    // do, so that the parts do not depend on the block.
    let chain = PanelProduct.chainLength
    let seen =
      keyRange(of: queries.lowerBound).lowerBound / chain * chain..<keyRange(of: queries.upperBound - 1).upperBound
    var start = seen.lowerBound
    while start < seen.upperBound {
      let end = min(seen.upperBound, (start / Attention.keyBlock + 1) * Attention.keyBlock)
      if usesBFloat16 {
        scoreBFloat16(head: head, queries: queries, seen: start..<end, operands, rows, scratch, strip, kernels)
      } else {
        score(head: head, queries: queries, seen: start..<end, multiplier, keys, scratch, strip)
      }
      for query in queries {
        let index = query - queries.lowerBound
        let row = scratch + index * strip
        let range = keyRange(of: query).clamped(to: start..<end)
        if !range.isEmpty {
          bias?.add(to: row + (range.lowerBound - start), head: head, query: query, keys: range, kernels: kernels)
          let step = kernels.softmaxNumerators(
            SoftmaxBlock(
              scores: row + (range.lowerBound - start), count: range.count, running: running[index]))
          running[index] = step.running
          if start > seen.lowerBound {
            kernels.scale(ScaleElements(x: sums + index * size, count: size, factor: step.factor))
          }
        }
        row.update(repeating: 0, count: range.lowerBound - start)
        (row + (range.upperBound - start)).update(repeating: 0, count: end - range.upperBound)
      }
      if usesBFloat16 {
        addBFloat16Values(
          rowCount: queries.count, seen: start..<end, operands, rows, scratch, strip, to: sums,
          accumulates: start > seen.lowerBound, kernels)
      } else {
        addValues(
          head: head, rows: queries.count, seen: start..<end, multiplier, scratch, strip, to: sums,
          accumulates: start > seen.lowerBound)
      }
      start = end
    }
    for query in queries {
      let index = query - queries.lowerBound
      let output = qkv + (query * stride + head * size)
      output.update(from: sums + index * size, count: size)
      kernels.scale(ScaleElements(x: output, count: size, factor: 1 / running[index].sum))
    }
  }

  /// Scores of the block's queries with the keys `seen`, which begin where a panel does.
  private func score(
    head: Int, queries: Range<Int>, seen: Range<Int>, _ multiplier: MatrixMultiplier, _ keys: UnsafePointer<Float>,
    _ scores: UnsafeMutablePointer<Float>, _ strip: Int
  ) {
    let size = headSize
    let a = qkv + (queries.lowerBound * stride + head * size)
    guard multiplier.backend == .packed else {
      OpenBLAS.multiply(
        rows: queries.count, columns: seen.count, depth: size, a: a, aStride: stride,
        b: qkv + (seen.lowerBound * stride + width + head * size), bStride: stride, isTransposed: true, beta: 0,
        c: scores, cStride: strip)
      return
    }
    let kernels = multiplier.kernels
    let panelWidth = kernels.panelWidth
    for first in Swift.stride(from: seen.lowerBound, to: seen.upperBound, by: panelWidth) {
      kernels.multiplyPanel(
        PanelProduct(
          rows: queries.count, depth: size, a: a, aStride: stride, b: keys + first * size, bStride: panelWidth,
          vectors: kernels.panelVectors, bias: nil, accumulates: false, c: scores + (first - seen.lowerBound),
          cStride: strip, width: panelWidth))
    }
  }

  /// Sums of the values, weighted with the scores, [rows, D].
  private func addValues(
    head: Int, rows: Int, seen: Range<Int>, _ multiplier: MatrixMultiplier, _ scores: UnsafePointer<Float>,
    _ strip: Int, to sums: UnsafeMutablePointer<Float>, accumulates: Bool
  ) {
    let size = headSize
    let values = qkv + (seen.lowerBound * stride + 2 * width + head * size)
    guard multiplier.backend == .packed else {
      OpenBLAS.multiply(
        rows: rows, columns: size, depth: seen.count, a: scores, aStride: strip, b: values, bStride: stride,
        beta: accumulates ? 1 : 0, c: sums, cStride: size)
      return
    }
    let kernels = multiplier.kernels
    // Values are read in place. A part of them stays in the first-level cache while all rows pass.
    for start in Swift.stride(from: 0, to: seen.count, by: 512) {
      for column in Swift.stride(from: 0, to: size, by: kernels.panelWidth) {
        let panelWidth = min(kernels.panelWidth, size - column)
        kernels.multiplyPanel(
          PanelProduct(
            rows: rows, depth: min(512, seen.count - start), a: scores + start, aStride: strip,
            b: values + (start * stride + column), bStride: stride, vectors: panelWidth / kernels.lanes, bias: nil,
            accumulates: accumulates || start > 0, c: sums + column, cStride: size, width: panelWidth))
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
