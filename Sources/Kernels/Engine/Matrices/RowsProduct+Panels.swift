import LHKernelTypes

/// The kernels' products of a view's panels; C begins at the panel's first column.
extension RowsProduct {
  /// Some of the depth. Biases enter with its first row.
  func float32Panel(_ index: Int, _ kernels: KernelSet, depth: Range<Int>) -> PanelProduct {
    let part = matrix.parts[index]
    return PanelProduct(
      rows: rows, depth: depth.count, a: a.elements.assumingMemoryBound(to: Float.self) + depth.lowerBound,
      aStride: a.stride / MemoryLayout<Float>.stride,
      b: UnsafePointer(matrix.matrix.storage.start + (part.start + depth.lowerBound * part.stride)),
      bStride: part.stride, vectors: part.width / kernels.lanes, bias: depth.lowerBound == 0 ? bias(of: part) : nil,
      accumulates: accumulates || depth.lowerBound > 0, c: c, cStride: cStride, width: part.columns.count,
      chainLength: chainLength)
  }

  func bfloat16Panel(_ index: Int, _ kernels: KernelSet) -> BFloat16PanelProduct {
    let part = matrix.parts[index]
    let depth = matrix.bfloat16Depth
    return BFloat16PanelProduct(
      rows: rows, depth: depth, a: a.elements.assumingMemoryBound(to: UInt16.self),
      aStride: a.stride / MemoryLayout<UInt16>.stride,
      b: UnsafeRawPointer(matrix.matrix.storage.start + part.start).assumingMemoryBound(to: UInt16.self),
      bStride: part.stride, vectors: part.width / kernels.lanes, bias: bias(of: part), accumulates: accumulates, c: c,
      cStride: cStride, width: part.columns.count, upcoming: UnsafeRawPointer(matrix.wordsAfter(part: index)),
      upcomingCount: 2 * depth * part.width)
  }

  /// The sums of one group; later ones are added to the first.
  func int8Panel(_ index: Int, _ group: Int, _ kernels: KernelSet) -> Int8PanelProduct {
    guard let int8 = matrix.matrix.int8, let sums = matrix.columnSums, let parameters = a.parameters else {
      preconditionFailure("bytes have scales")
    }
    let part = matrix.parts[index]
    let depth = matrix.groupDepth(group)
    let column = group * matrix.matrix.layout.storedColumns + part.storedColumn
    let next = group + 1 < matrix.groupCount ? matrix.bytes(of: part, group: group + 1) : nil
    return Int8PanelProduct(
      rows: rows, depth: depth,
      a: a.elements.assumingMemoryBound(to: UInt8.self) + (group == 0 ? 0 : matrix.groupDepth(0)), aStride: a.stride,
      parameters: parameters + group, parameterStride: a.parameterStride, b: matrix.bytes(of: part, group: group),
      bStride: part.stride, vectors: part.width / kernels.lanes, columnScales: int8.scales.start + column,
      columnSums: UnsafeRawPointer(sums.start + column).assumingMemoryBound(to: Int32.self),
      bias: group == 0 ? bias(of: part) : nil, accumulates: accumulates || group > 0, c: c, cStride: cStride,
      width: part.columns.count,
      upcoming: next.map { UnsafeRawPointer($0) } ?? UnsafeRawPointer(matrix.wordsAfter(part: index)),
      upcomingCount: depth * part.width)
  }

  private func bias(of part: PanelPart) -> UnsafePointer<Float>? {
    matrix.matrix.bias.map { $0 + part.storedColumn }
  }
}

extension WeightView {
  /// What is read after a part: the next one's first word; after the last one whatever follows in memory.
  func wordsAfter(part index: Int) -> UnsafePointer<Float> {
    let next =
      index + 1 < parts.count ? parts[index + 1].start : parts[index].start + matrix.layout.words * parts[index].stride
    return UnsafePointer(matrix.storage.start + next)
  }
}
