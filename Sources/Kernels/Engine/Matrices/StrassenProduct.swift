package import LHKernelTypes

/// How a product of many rows with a packed matrix is cut for Strassen's algorithm; nil where that would not pay.
///
/// The depth is cut into parts, each of which has two halves; the columns into a left and a right half of whole panels.
/// The sums of B are made anew for each product, since keeping them would nearly double the memory of the weights.
package struct StrassenPlan {
  /// Parts of the depth.
  let parts: Int
  /// Half the depth of a part.
  let half: Int
  /// Pairs of panels: panel j and panel j + panelPairs.
  let panelPairs: Int

  /// Products of fewer rows are computed directly: the sums of B would cost more than they save.
  package static let leastRows = 96
  /// Pairs of rows whose sums are held at a time.
  private static let pairGroup = 512
  /// Pairs of rows whose products are held at a time, in the second-level cache beside the sums of two panels.
  static let pairBlock = 60
  /// Rows of A and B of a part.
  private static let deepestPart = 768

  /// A plan for `rows` rows, or nil.
  init?(rows: Int, matrix: PanelTable, multiplier: MatrixMultiplier) {
    guard rows >= StrassenPlan.leastRows, multiplier.backend == .packed, matrix.kind == .float32,
      !multiplier.kernels.hasMatrixRegisters
    else {
      return nil
    }
    // Whole panels from the first one on.
    let width = multiplier.kernels.panelWidth
    let whole = matrix.parts.firstIndex { $0.columns.count < width || $0.stride != width } ?? matrix.parts.count
    panelPairs = whole / 2
    guard panelPairs > 0, matrix.depth % 32 == 0 else { return nil }
    var parts = (matrix.depth + StrassenPlan.deepestPart - 1) / StrassenPlan.deepestPart
    while matrix.depth / 32 % parts != 0 { parts += 1 }
    self.parts = parts
    half = matrix.depth / parts / 2
    // Shorter sums would not pay for the additions around them.
    guard half >= 64 else { return nil }
  }

  /// Floats of scratch: the sums of rows, which the threads share, and for each thread the sums of a pair of panels and
  /// the products of a block.
  package static func scratchCount(rows: Int, threads: Int, kernels: KernelSet) -> Int {
    guard rows >= leastRows, !kernels.hasMatrixRegisters else { return 1 }
    return sharedCount(rows: rows) + threads * threadCount(kernels: kernels)
  }

  static func sharedCount(rows: Int) -> Int {
    StrassenSums.planes * min((rows + 1) / 2, pairGroup) * deepestPart / 2
  }

  static func threadCount(kernels: KernelSet) -> Int {
    (StrassenSums.planes * deepestPart / 2 + StrassenOutputs.planes * pairBlock) * kernels.panelWidth
  }

  /// Calls `body` with the pairs of rows that are worked on together.
  static func forEachGroup(rows: Int, _ body: (Range<Int>) -> Void) {
    let pairs = (rows + 1) / 2
    let count = (pairs + pairGroup - 1) / pairGroup
    for index in 0..<count { body(index * pairs / count..<(index + 1) * pairs / count) }
  }
}

extension MatrixMultiplier {
  /// A product by Strassen's algorithm on the threads of a pool.
  ///
  /// - Parameter scratch: `StrassenPlan.scratchCount` floats.
  func multiply(
    _ product: RowsProduct, _ plan: StrassenPlan, on pool: WorkerPool, scratch: UnsafeMutablePointer<Float>
  ) {
    let aStride = product.a.stride / MemoryLayout<Float>.stride
    StrassenPlan.forEachGroup(rows: product.rows) { pairs in
      for part in 0..<plan.parts {
        let start = 2 * pairs.lowerBound
        let a = product.a.elements.assumingMemoryBound(to: Float.self) + (start * aStride + part * 2 * plan.half)
        let block = StrassenBlock(
          pairs: pairs.count, lowerPairs: min(2 * pairs.count, product.rows - start) / 2, depth: plan.half, upper: a,
          lower: a + aStride, pairStride: 2 * aStride, rowSums: scratch)
        multiply(product, plan, block, part: part, firstRow: start, on: pool, scratch: scratch)
      }
    }
  }

  /// One part of the depth for one group of rows.
  private func multiply(
    _ product: RowsProduct, _ plan: StrassenPlan, _ block: StrassenBlock, part: Int, firstRow: Int,
    on pool: WorkerPool, scratch: UnsafeMutablePointer<Float>
  ) {
    let sumTasks = (block.pairs + 15) / 16
    pool.run(sumTasks) { task, _ in
      block.sumRows(task * block.pairs / sumTasks..<(task + 1) * block.pairs / sumTasks, kernels: kernels)
    }
    let threadScratch = scratch + StrassenPlan.sharedCount(rows: product.rows)
    let threadCount = StrassenPlan.threadCount(kernels: kernels)
    // Every thread should get as much to do as the others. Cutting the rows costs sums of B.
    let cuts = plan.panelPairs % pool.threadCount == 0 ? 1 : min(pool.threadCount, (block.pairs + 15) / 16)
    let otherPanels = part == plan.parts - 1 ? 2 * plan.panelPairs..<product.matrix.parts.count : 0..<0
    pool.run(plan.panelPairs * cuts + otherPanels.count) { task, worker in
      if task < plan.panelPairs * cuts {
        let pairs = task % cuts * block.pairs / cuts..<(task % cuts + 1) * block.pairs / cuts
        multiply(
          product, plan, block, part: part, firstRow: firstRow, pairs: pairs, panel: task / cuts,
          nextPanel: (task + pool.threadCount) / cuts,
          scratch: threadScratch + worker * threadCount)
      } else {
        let panel = otherPanels.lowerBound + task - plan.panelPairs * cuts
        multiply(product, rows: firstRow..<firstRow + block.pairs + block.lowerPairs, panels: panel..<panel + 1)
      }
    }
  }

  /// Some pairs of rows with a pair of panels.
  private func multiply(
    _ product: RowsProduct, _ plan: StrassenPlan, _ block: StrassenBlock, part: Int, firstRow: Int,
    pairs: Range<Int>, panel: Int, nextPanel: Int, scratch: UnsafeMutablePointer<Float>
  ) {
    let width = kernels.panelWidth
    let matrix = product.matrix
    let left = matrix.parts[panel]
    let right = matrix.parts[panel + plan.panelPairs]
    let upcoming = matrix.parts[min(nextPanel, matrix.parts.count - 1)].words - left.words
    let rightOffset = plan.panelPairs * width
    let upper = part * 2 * plan.half * width
    let lower = upper + plan.half * width
    let columns = StrassenColumns(
      b11: left.words + upper, b12: right.words + upper, b21: left.words + lower, b22: right.words + lower,
      sums: scratch, planeStride: plan.half * width)
    kernels.strassenSums(
      StrassenSums(
        x11: columns.b11, x12: columns.b12, x21: columns.b21, x22: columns.b22, count: columns.planeStride,
        sums: scratch, planeStride: columns.planeStride))
    let products = scratch + StrassenSums.planes * columns.planeStride
    let column = left.columns.lowerBound
    let blocks = (pairs.count + StrassenPlan.pairBlock - 1) / StrassenPlan.pairBlock
    for index in 0..<blocks {
      let start = pairs.lowerBound + index * pairs.count / blocks
      let end = pairs.lowerBound + (index + 1) * pairs.count / blocks
      block.multiply(columns, pairs: start..<end, to: products, upcoming: upcoming, kernels: kernels)
      let c = product.c + ((firstRow + 2 * start) * product.cStride + column)
      block.finish(
        products, pairs: start..<end, upper: c, lower: c + product.cStride, pairStride: 2 * product.cStride,
        rightOffset: rightOffset,
        bias: part == 0 ? (left.bias, right.bias) : (nil, nil),
        accumulates: product.accumulates || part > 0, kernels: kernels)
      if part == plan.parts - 1 {
        let rows = 2 * (end - start) - (end > block.lowerPairs ? 1 : 0)
        finish(c, rows: rows, columns: width, stride: product.cStride, epilogue: product.epilogue)
        finish(
          c + rightOffset, rows: rows, columns: width, stride: product.cStride, epilogue: product.epilogue)
      }
    }
  }
}
