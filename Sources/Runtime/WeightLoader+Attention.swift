import LHKernelTypes
import LHKernels
import LHModel
import LHSystem
import LHTensors

/// Packs the attention of a layer. In memory the heads lie `storedHeadSize` apart: where that is more than their own
/// size, the columns and rows between them stay zero, and add nothing to any product.
extension WeightLoader {
  func attention(_ attention: AttentionShape, of layer: Int) throws(OutOfMemory) -> AttentionWeights {
    let inputs = [ModuleRole.query(layer), .key(layer), .value(layer)]
    let qkv = try multiplier.matrix(
      depth: shape.width, columns: 3 * attention.storedWidth, hasBias: true,
      format: formats.format(of: inputs.map { .weight($0) }, isAttention: true), in: arena)
    for (index, input) in inputs.enumerated() {
      // Scaling the queries here saves a pass later. By a power of two, as it is for heads of 64, it is exact.
      packHeads(
        input, attention, into: qkv, atColumn: index * attention.storedWidth,
        scale: index == 0 ? 1 / Float(attention.headSize).squareRoot() : 1)
    }
    return AttentionWeights(
      shape: attention, qkv: qkv, output: try output(attention, of: layer), gate: try gate(attention, of: layer))
  }

  /// The table of the attention bias.
  func relativeBias() throws(OutOfMemory) -> RelativeBiasWeights? {
    guard case .gatedRelative(let bias) = shape.attentionBias else { return nil }
    return RelativeBiasWeights(
      shape: bias, table: try vector(.weight(.relativeBias), count: bias.buckets * bias.heads))
  }

  /// Queries, keys or values: rows of the tensor become columns, those of a head together.
  private func packHeads(
    _ module: ModuleRole, _ attention: AttentionShape, into matrix: WeightMatrix, atColumn first: Int, scale: Float
  ) {
    let kernels = multiplier.kernels
    let (size, stored) = (attention.headSize, attention.storedHeadSize)
    let depth = matrix.depth
    /// Passes on the rows of one head after the other: (first of these, how many, their first column).
    @Sendable func forEachHead(of rows: Range<Int>, _ body: (_ row: Int, _ count: Int, _ column: Int) -> Void) {
      var row = rows.lowerBound
      while row < rows.upperBound {
        let end = size == stored ? rows.upperBound : min(rows.upperBound, (row / size + 1) * size)
        body(row - rows.lowerBound, end - row, first + row / size * stored + row % size)
        row = end
      }
    }
    jobs.append { [source] () throws(ModelFault) in
      try source.forEachPart(.weight(module), WeightLoader.rowsAtOnce(depth)) { rows, start in
        let all = start..<start + rows.shape[0]
        func pack(_ floats: UnsafePointer<Float>) {
          forEachHead(of: all) { row, count, column in
            matrix.pack(rows: floats + row * depth, count: count, stride: depth, atColumn: column, kernels: kernels)
          }
        }
        if scale == 1, rows.withFloats({ pack($0) }) != nil { return }
        rows.withConvertedFloats { floats in
          if scale != 1 { kernels.scale(ScaleElements(x: floats, count: rows.count, factor: scale)) }
          pack(floats)
        }
      }
      let bias = try source.tensor(.bias(module))
      bias.withConvertedFloats { values in
        if scale != 1 { kernels.scale(ScaleElements(x: values, count: bias.count, factor: scale)) }
        forEachHead(of: 0..<bias.count) { row, count, column in
          matrix.setBias(values + row, count: count, atColumn: column)
        }
      }
    }
  }

  /// The projection after attention: columns of the tensor become rows, those of a head together.
  private func output(_ attention: AttentionShape, of layer: Int) throws(OutOfMemory) -> WeightMatrix {
    let module = ModuleRole.attentionOutput(layer)
    let (size, stored) = (attention.headSize, attention.storedHeadSize)
    var format = formats.format(of: [.weight(module)], isAttention: true)
    if case .int8(let outliers) = format, size != stored {
      format = .int8(outliers: outliers.map { $0 / size * stored + $0 % size })
    }
    let matrix = try multiplier.matrix(
      depth: attention.storedWidth, columns: shape.width, hasBias: true, format: format, in: arena)
    guard size != stored else {
      pack(module, into: matrix)
      return matrix
    }
    let kernels = multiplier.kernels
    jobs.append { [source] () throws(ModelFault) in
      let many = WeightLoader.rowsAtOnce(matrix.depth)
      let spread = try scratchBuffer(count: many * matrix.depth)
      spread.start.update(repeating: 0, count: many * matrix.depth)
      try source.forEachFloats(.weight(module), rowsAtOnce: many) { rows, count, first in
        for row in 0..<count {
          for head in 0..<attention.heads {
            (spread.start + row * matrix.depth + head * stored)
              .update(from: rows + row * attention.width + head * size, count: size)
          }
        }
        matrix.pack(rows: spread.start, count: count, stride: matrix.depth, atColumn: first, kernels: kernels)
      }
      let bias = try source.tensor(.bias(module))
      bias.withConvertedFloats { matrix.setBias($0, count: bias.count, atColumn: 0) }
    }
    return matrix
  }

  /// The gate of the attention bias: of its eight rows each sigmoid takes the sum of four, which is made here.
  private func gate(_ attention: AttentionShape, of layer: Int) throws(OutOfMemory) -> BiasGateWeights? {
    guard case .gatedRelative(let bias) = shape.attentionBias else { return nil }
    let size = attention.headSize
    let matrix = try multiplier.matrix(depth: size, columns: 2, hasBias: true, in: arena)
    let kernels = multiplier.kernels
    jobs.append { [source] () throws(ModelFault) in
      func sums(_ role: TensorRole, _ count: Int) throws(ModelFault) -> [Float] {
        var sums = [Double](repeating: 0, count: 2 * count)
        try source.tensor(role).withConvertedFloats { values in
          for row in 0..<GatedRelativeBias.gateWidth {
            for index in 0..<count { sums[row / 4 * count + index] += Double(values[row * count + index]) }
          }
        }
        return sums.map { Float($0) }
      }
      let rows = try sums(.weight(.biasGate(layer)), size)
      let biases = try sums(.bias(.biasGate(layer)), 1)
      rows.withUnsafeBufferPointer { rows in
        guard let start = rows.baseAddress else { return }
        matrix.pack(rows: start, count: 2, stride: size, atColumn: 0, kernels: kernels)
      }
      biases.withUnsafeBufferPointer { biases in
        guard let start = biases.baseAddress else { return }
        matrix.setBias(start, count: 2, atColumn: 0)
      }
    }
    return BiasGateWeights(
      matrix: matrix, scales: try vector(.weight(.biasGateScale(layer)), count: bias.heads))
  }
}
