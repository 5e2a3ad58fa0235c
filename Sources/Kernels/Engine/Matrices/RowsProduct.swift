import LHKernelTypes

/// A product of rows that have the matrix's number format.
struct RowsProduct {
  var rows: Int
  var a: MatrixRows
  /// The matrix; whoever makes this keeps it.
  var matrix: PanelTable
  var c: UnsafeMutablePointer<Float>
  var cStride: Int
  var accumulates: Bool
  var epilogue = Epilogue.none
  var chainLength = PanelProduct.chainLength

  /// Whether what is multiplied are narrow numbers.
  var isNarrow: Bool { matrix.kind != .float32 || a.planes != nil }

  init(
    rows: Int, a: MatrixRows, matrix: PanelTable, c: UnsafeMutablePointer<Float>, cStride: Int, accumulates: Bool,
    chainLength: Int = PanelProduct.chainLength
  ) {
    self.rows = rows
    self.a = a
    self.matrix = matrix
    self.c = c
    self.cStride = cStride
    self.accumulates = accumulates
    self.chainLength = chainLength
  }

  init(_ product: MatrixProduct, _ a: MatrixRows, _ matrix: PanelTable) {
    self.init(
      rows: product.rows, a: a, matrix: matrix, c: product.c, cStride: product.cStride,
      accumulates: product.accumulates, chainLength: product.chainLength)
    epilogue = product.epilogue
  }
}

/// The kernels' products of panels; C begins at the panel's first column.
extension RowsProduct {
  /// Some of the depth. Biases enter with its first row.
  func float32Panel(_ index: Int, _ kernels: KernelSet, depth: Range<Int>) -> PanelProduct {
    let part = matrix.parts[index]
    return PanelProduct(
      rows: rows, depth: depth.count, a: a.elements.assumingMemoryBound(to: Float.self) + depth.lowerBound,
      aStride: a.stride / MemoryLayout<Float>.stride, b: part.words + depth.lowerBound * part.stride,
      bStride: part.stride, vectors: part.width / kernels.lanes, bias: depth.lowerBound == 0 ? part.bias : nil,
      accumulates: accumulates || depth.lowerBound > 0, c: c, cStride: cStride, width: part.columns.count,
      chainLength: chainLength)
  }

  /// The same of split rows, within a part of them; nil where they are not split.
  func splitPanel(_ index: Int, _ kernels: KernelSet, depth: Range<Int>) -> SplitPanelProduct? {
    guard let planes = a.planes else { return nil }
    let part = matrix.parts[index]
    return SplitPanelProduct(
      rows: rows, depth: depth.count,
      a: a.elements.assumingMemoryBound(to: UInt16.self) + planes.place(of: depth.lowerBound),
      aStride: a.stride / MemoryLayout<UInt16>.stride, planeStride: planes.stride,
      b: part.words + depth.lowerBound * part.stride, bStride: part.stride, vectors: part.width / kernels.lanes,
      bias: depth.lowerBound == 0 ? part.bias : nil, accumulates: accumulates || depth.lowerBound > 0, c: c,
      cStride: cStride, width: part.columns.count,
      upcoming: matrix.wordsAfter(part: index) + depth.lowerBound * part.stride,
      upcomingCount: depth.count * part.width)
  }

  func bfloat16Panel(_ index: Int, _ kernels: KernelSet) -> BFloat16PanelProduct {
    let part = matrix.parts[index]
    let depth = matrix.bfloat16Depth
    return BFloat16PanelProduct(
      rows: rows, depth: depth, a: a.elements.assumingMemoryBound(to: UInt16.self),
      aStride: a.stride / MemoryLayout<UInt16>.stride,
      b: UnsafeRawPointer(part.words).assumingMemoryBound(to: UInt16.self), bStride: part.stride,
      vectors: part.width / kernels.lanes, bias: part.bias, accumulates: accumulates, c: c, cStride: cStride,
      width: part.columns.count, upcoming: UnsafeRawPointer(matrix.wordsAfter(part: index)),
      upcomingCount: 2 * depth * part.width)
  }

  /// The sums of one group; later ones are added to the first.
  func int8Panel(_ index: Int, _ group: Int, _ kernels: KernelSet) -> Int8PanelProduct {
    let part = matrix.parts[index]
    guard let scales = part.scales, let sums = part.sums, let parameters = a.parameters else {
      preconditionFailure("bytes have scales")
    }
    let depth = matrix.groupDepth(group)
    let isLast = group + 1 == matrix.groupCount
    return Int8PanelProduct(
      rows: rows, depth: depth,
      a: a.elements.assumingMemoryBound(to: UInt8.self) + (group == 0 ? 0 : matrix.groupDepth(0)), aStride: a.stride,
      parameters: parameters + group, parameterStride: a.parameterStride, b: matrix.bytes(of: part, group: group),
      bStride: part.stride, vectors: part.width / kernels.lanes, columnScales: scales + group * matrix.groupStride,
      columnSums: sums + group * matrix.groupStride, bias: group == 0 ? part.bias : nil,
      accumulates: accumulates || group > 0, c: c, cStride: cStride, width: part.columns.count,
      upcoming: isLast
        ? UnsafeRawPointer(matrix.wordsAfter(part: index))
        : UnsafeRawPointer(matrix.bytes(of: part, group: group + 1)), upcomingCount: depth * part.width)
  }
}
