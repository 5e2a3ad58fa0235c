import LHKernelTypes

/// Attention whose products have bfloat16 operands. The softmax between them stays float32, and its sum is that of the
/// probabilities before they are rounded.
extension Attention {
  /// What a thread works with beside scores and sums.
  struct BFloat16Rows {
    /// [queryBlock, D]
    let queries: UnsafeMutablePointer<UInt16>
    /// [queryBlock, strip]
    let scores: UnsafeMutablePointer<UInt16>

    /// - Parameters:
    ///   - start: `count(strip:headSize:)` floats.
    ///   - headSize: D.
    init(at start: UnsafeMutablePointer<Float>, headSize: Int) {
      let count = Attention.queryBlock * headSize
      queries = UnsafeMutableRawPointer(start).bindMemory(to: UInt16.self, capacity: count)
      scores = queries + count
    }

    /// Floats that take as much memory.
    ///
    /// - Parameter strip: Distance between the scores of two queries.
    static func count(strip: Int, headSize: Int) -> Int { Attention.queryBlock * (headSize + strip) / 2 }
  }

  /// Where a head's operands lie among the floats of its keys: panels of keys, [panel][D / 2][panel width] pairs of
  /// bfloat16, then those of values, [panel][pairs of keys][panel width].
  struct BFloat16Operands {
    let keys: UnsafeMutablePointer<UInt32>
    let values: UnsafeMutablePointer<UInt32>
    /// Pairs of keys.
    let pairs: Int

    init(frames: Int, headSize: Int, at start: UnsafeMutablePointer<Float>, kernels: KernelSet) {
      let keyCount = headSize / 2 * frames.roundedUp(toMultipleOf: kernels.panelWidth)
      pairs = (frames + 1) / 2
      keys = UnsafeMutableRawPointer(start)
        .bindMemory(to: UInt32.self, capacity: keyCount + pairs * headSize)
      values = keys + keyCount
    }
  }

  /// Columns of the panel of values that begins at one.
  private func valuePanelWidth(at column: Int, _ kernels: KernelSet) -> Int {
    min(kernels.panelWidth, headSize - column)
  }

  /// Keys and values of some heads to panels.
  ///
  /// - Parameters:
  ///   - keys: `keyCount(...)` floats.
  ///   - scratch: `scratchCount(...)` floats for each thread.
  func prepareBFloat16(
    of heads: Range<Int>, to keys: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>,
    kernels: KernelSet, pool: WorkerPool
  ) {
    let keyCount = Attention.keyCount(frames: frames, heads: 1, headSize: headSize, kernels: kernels)
    let scratchCount = Attention.scratchCount(frames: frames, headSize: headSize, kernels: kernels)
    let blocks = (frames + Attention.keyBlock - 1) / Attention.keyBlock
    pool.run(heads.count * blocks) { task, worker in
      let head = task / blocks
      let first = task % blocks * Attention.keyBlock
      let block = first..<min(first + Attention.keyBlock, frames)
      let operands = BFloat16Operands(
        frames: frames, headSize: headSize, at: keys + head * keyCount, kernels: kernels)
      packKeys(block, of: heads.lowerBound + head, to: operands, scratch: scratch + worker * scratchCount, kernels)
      packValues(block, of: heads.lowerBound + head, to: operands, kernels)
    }
  }

  private func packKeys(
    _ block: Range<Int>, of head: Int, to operands: BFloat16Operands, scratch: UnsafeMutablePointer<Float>,
    _ kernels: KernelSet
  ) {
    let size = headSize
    let panelWidth = kernels.panelWidth
    let rounded = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: UInt16.self)
    for first in Swift.stride(from: block.lowerBound, to: block.upperBound, by: panelWidth) {
      let count = min(panelWidth, frames - first)
      for row in 0..<count {
        kernels.roundToBFloat16(
          BFloat16Rounding(
            x: qkv + ((first + row) * stride + width + head * size), y: rounded + row * size, count: size))
      }
      let panel = operands.keys + first * size / 2
      if count < panelWidth { panel.update(repeating: 0, count: size / 2 * panelWidth) }
      // Pairs of elements are moved as the words that they share.
      kernels.transpose(
        Transposition(
          rows: count, columns: size / 2, source: scratch, sourceStride: size / 2,
          destination: UnsafeMutableRawPointer(panel).assumingMemoryBound(to: Float.self),
          destinationStride: panelWidth))
    }
  }

  private func packValues(
    _ block: Range<Int>, of head: Int, to operands: BFloat16Operands, _ kernels: KernelSet
  ) {
    let size = headSize
    for column in Swift.stride(from: 0, to: size, by: kernels.panelWidth) {
      let panelWidth = valuePanelWidth(at: column, kernels)
      kernels.pairToBFloat16(
        BFloat16Pairing(
          rows: block.count, width: panelWidth,
          x: qkv + (block.lowerBound * stride + 2 * width + head * size + column), xStride: stride,
          y: operands.values + (column * operands.pairs + block.lowerBound / 2 * panelWidth), yStride: panelWidth))
    }
  }

  /// Scores of the block's queries with the keys `seen`, which begin where a panel does.
  func scoreBFloat16(
    head: Int, queries: Range<Int>, seen: Range<Int>, _ operands: BFloat16Operands, _ rows: BFloat16Rows,
    _ scores: UnsafeMutablePointer<Float>, _ strip: Int, _ kernels: KernelSet
  ) {
    let size = headSize
    let panelWidth = kernels.panelWidth
    for query in queries {
      kernels.roundToBFloat16(
        BFloat16Rounding(
          x: qkv + (query * stride + head * size), y: rows.queries + (query - queries.lowerBound) * size, count: size))
    }
    for first in Swift.stride(from: seen.lowerBound, to: seen.upperBound, by: panelWidth) {
      kernels.multiplyBFloat16Panel(
        BFloat16PanelProduct(
          rows: queries.count, depth: size, a: rows.queries, aStride: size,
          b: UnsafeRawPointer(operands.keys + first * size / 2).assumingMemoryBound(to: UInt16.self),
          bStride: panelWidth, vectors: kernels.panelVectors, bias: nil, accumulates: false,
          c: scores + (first - seen.lowerBound),
          cStride: strip, width: panelWidth))
    }
  }

  /// Sums of the values, weighted with the scores, [rows, D].
  func addBFloat16Values(
    rowCount: Int, seen: Range<Int>, _ operands: BFloat16Operands, _ rows: BFloat16Rows,
    _ scores: UnsafePointer<Float>, _ strip: Int, to sums: UnsafeMutablePointer<Float>, accumulates: Bool,
    _ kernels: KernelSet
  ) {
    let size = headSize
    // A pair may have one key that is seen and one that is not.
    let depth = seen.count.roundedUp(toMultipleOf: 2)
    for row in 0..<rowCount {
      let rounded = rows.scores + row * strip
      kernels.roundToBFloat16(BFloat16Rounding(x: scores + row * strip, y: rounded, count: seen.count))
      if depth > seen.count { rounded[seen.count] = 0 }
    }
    for column in Swift.stride(from: 0, to: size, by: kernels.panelWidth) {
      let panelWidth = valuePanelWidth(at: column, kernels)
      let values = operands.values + (column * operands.pairs + seen.lowerBound / 2 * panelWidth)
      kernels.multiplyBFloat16Panel(
        BFloat16PanelProduct(
          rows: rowCount, depth: depth, a: rows.scores, aStride: strip,
          b: UnsafeRawPointer(values).assumingMemoryBound(to: UInt16.self), bStride: panelWidth,
          vectors: panelWidth / kernels.lanes,
          bias: nil, accumulates: accumulates, c: sums + column, cStride: size, width: panelWidth))
    }
  }
}
