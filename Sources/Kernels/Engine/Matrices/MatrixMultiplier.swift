package import LHKernelTypes
package import LHSystem

/// Products of matrices with the chosen kernels and backend.
///
/// Every element is summed in the same order and the same parts, however rows, panels and depth are cut: with the
/// packed backend results do not depend on block sizes or threads. (The reference kernels' depend on `depthBlock`: they
/// round only where a block ends.)
package struct MatrixMultiplier: Sendable {
  /// The kernels.
  package let kernels: KernelSet
  /// Who multiplies float32.
  package let backend: GEMMBackend

  /// Rows of A that stay in the second-level cache while all panels pass.
  package var rowBlock = 96
  /// Depth of a float32 panel that stays there while the rows of a block pass.
  package var depthBlock = 1536
  /// Rows whose planes stay in the second-level cache, as far as `SplitRows.deepestPart` goes.
  private var splitRowBlock: Int { 3 * rowBlock }

  package init(kernels: KernelSet, backend: GEMMBackend) {
    self.kernels = kernels
    self.backend = backend
    // OpenBLAS uses other tiles for other shapes: its blocks must not depend on the number of threads.
    if backend == .openBLAS { rowBlock = 256 }
  }

  /// An empty matrix in the backend's layout, in memory of its own or of an arena.
  package func matrix(
    depth: Int, columns: Int, hasBias: Bool, format: MatrixFormat = .float32, in arena: MemoryArena? = nil
  ) throws(OutOfMemory) -> WeightMatrix {
    try WeightMatrix(
      depth: depth, columns: columns, hasBias: hasBias, format: format, kernels: kernels,
      isPlain: backend == .openBLAS && format == .float32, arena: arena)
  }

  /// Rows that a panel is multiplied with when it comes near. Matrix registers multiply so fast that they would wait
  /// for weights.
  private func rowBlock(of product: RowsProduct) -> Int {
    guard product.isNarrow && kernels.hasMatrixRegisters else { return rowBlock }
    return product.a.planes == nil ? 4 * rowBlock : splitRowBlock
  }

  /// The rows of a product with this matrix that are computed at a time, if it has enough of them.
  package func rowBlock(for matrix: WeightMatrix) -> Int {
    if matrix.format == .float32 && SplitRows.areUsed(depth: matrix.depth, self) { return splitRowBlock }
    return matrix.format.isReduced && kernels.hasMatrixRegisters ? 4 * rowBlock : rowBlock
  }

  /// Cuts a product into blocks of rows and groups of panels, for the threads of a pool.
  func shareOut(
    _ product: RowsProduct, on pool: WorkerPool, _ body: (_ rows: Range<Int>, _ panels: Range<Int>) -> Void
  ) {
    let (rows, panels) = (product.rows, product.matrix.parts.count)
    let rowBlock = rowBlock(of: product)
    let blocks = (rows + rowBlock - 1) / rowBlock
    // Few rows are shared out by panels, so that each thread reads its own part of the weights.
    func groupCount(forTasks count: Int) -> Int { min(panels, (count + blocks - 1) / blocks) }
    var groups = pool.threadCount == 1 ? 1 : groupCount(forTasks: 4 * pool.threadCount)
    // The planes of split rows are so large that a group should have several panels to multiply each part with.
    if product.a.planes != nil { groups = min(groups, max(groupCount(forTasks: pool.threadCount), panels / 6)) }
    let rowsPerBlock = (rows + blocks - 1) / blocks
    pool.run(blocks * groups) { task, _ in
      let first = task / groups * rowsPerBlock
      let group = task % groups
      body(
        first..<min(first + rowsPerBlock, rows), group * panels / groups..<(group + 1) * panels / groups)
    }
  }

  func forEachBlock(of product: RowsProduct, _ body: (Range<Int>) -> Void) {
    let rowBlock = rowBlock(of: product)
    for first in stride(from: 0, to: product.rows, by: rowBlock) { body(first..<min(first + rowBlock, product.rows)) }
  }

  /// Some rows and panels of a product, on the calling thread.
  func multiply(_ product: RowsProduct, rows: Range<Int>, panels: Range<Int>) {
    guard !rows.isEmpty else { return }
    var block = product
    block.rows = rows.count
    block.a = product.a.rows(from: rows.lowerBound)
    if let planes = block.a.planes { return multiplySplit(block, planes, panels: panels, first: rows.lowerBound) }
    for index in panels {
      let columns = product.matrix.parts[index].columns
      block.c = product.c + (rows.lowerBound * product.cStride + columns.lowerBound)
      if product.matrix.kind != .float32 {
        multiply(block, panel: index)
      } else if backend == .packed {
        multiplyInParts(block, panel: index)
      } else {
        multiplyWithBLAS(block, panel: index)
      }
      finish(block.c, rows: rows.count, columns: columns.count, stride: product.cStride, epilogue: product.epilogue)
    }
  }

  /// Some panels of a product of split rows, part by part of the depth: a part of the rows' planes stays in the
  /// second-level cache while all panels pass.
  private func multiplySplit(_ product: RowsProduct, _ planes: SplitPlanes, panels: Range<Int>, first: Int) {
    let depth = product.matrix.depth
    let parts = (planes.partWidth + SplitRows.deepestPart - 1) / SplitRows.deepestPart
    let step = ((planes.partWidth + parts - 1) / parts).roundedUp(toMultipleOf: SplitPanelProduct.partDepth)
    var start = 0
    while start < depth {
      // A part lies within a frame.
      let end = min(start + step, (start / planes.partWidth + 1) * planes.partWidth)
      for index in panels {
        let columns = product.matrix.parts[index].columns
        var block = product
        block.c += first * product.cStride + columns.lowerBound
        if let panel = block.splitPanel(index, kernels, depth: start..<end) { kernels.split?.multiplyPanel(panel) }
        guard end == depth else { continue }
        finish(block.c, rows: block.rows, columns: columns.count, stride: product.cStride, epilogue: product.epilogue)
      }
      start = end
    }
  }

  /// The columns of one panel, on the calling thread, with the packed backend and without an epilogue; C begins at the
  /// panel's first column.
  func multiply(_ product: RowsProduct, panel index: Int) {
    switch product.matrix.kind {
    case .float32: kernels.multiplyPanel(product.float32Panel(index, kernels, depth: 0..<product.matrix.depth))
    case .bfloat16: kernels.multiplyBFloat16Panel(product.bfloat16Panel(index, kernels))
    case .int8:
      for group in 0..<product.matrix.groupCount { kernels.multiplyInt8Panel(product.int8Panel(index, group, kernels)) }
    }
  }

  /// The same for float32, part by part of the depth.
  private func multiplyInParts(_ product: RowsProduct, panel index: Int) {
    let depth = product.matrix.depth
    let parts = (depth + depthBlock - 1) / depthBlock
    let step = ((depth + parts - 1) / parts).roundedUp(toMultipleOf: PanelProduct.chainLength)
    for start in stride(from: 0, to: depth, by: step) {
      var panel = product.float32Panel(index, kernels, depth: start..<min(start + step, depth))
      panel.upcoming =
        start + step < depth ? panel.b + panel.depth * panel.bStride : product.matrix.wordsAfter(part: index)
      panel.upcomingCount = step * panel.bStride
      kernels.multiplyPanel(panel)
    }
  }

  /// BLAS takes no overlapping rows: the depth is cut into parts that are no longer than the distance between rows.
  private func multiplyWithBLAS(_ product: RowsProduct, panel index: Int) {
    let panel = product.float32Panel(index, kernels, depth: 0..<product.matrix.depth)
    start(panel)
    let part = min(panel.depth, panel.aStride)
    for first in stride(from: 0, to: panel.depth, by: part) {
      OpenBLAS.multiply(
        rows: panel.rows, columns: panel.width, depth: min(part, panel.depth - first), a: panel.a + first,
        aStride: panel.aStride, b: panel.b + first * panel.bStride, bStride: panel.bStride, beta: 1, c: panel.c,
        cStride: panel.cStride)
    }
  }

  /// What BLAS adds its sums to.
  private func start(_ panel: PanelProduct) {
    for row in 0..<panel.rows {
      let c = panel.c + row * panel.cStride
      switch (panel.bias, panel.accumulates) {
      case (let bias?, true): kernels.add(AddElements(x: c, y: bias, count: panel.width))
      case (let bias?, false): c.update(from: bias, count: panel.width)
      case (nil, true): break
      case (nil, false): c.update(repeating: 0, count: panel.width)
      }
    }
  }

  /// Applies an epilogue to some columns of C.
  func finish(_ c: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int, epilogue: Epilogue) {
    let rows = ElementwiseRows(rows: rows, width: columns, x: c, stride: stride)
    switch epilogue {
    case .none: break
    case .gelu: kernels.gelu(rows)
    case .coarseGELU: kernels.coarseGELU(rows)
    case .relu: kernels.relu(rows)
    }
  }
}
