public import LHKernelTypes
import LHVectors

/// A product of bytes with a panel; see `Int8PanelProduct`.
public func multiplyInt8Panel(_ product: Int8PanelProduct) { product.multiply() }

extension Int8PanelProduct: NarrowProduct {
  var left: (start: UnsafeRawPointer, stride: Int, count: Int) { (UnsafeRawPointer(a), aStride, depth) }
  var right: (start: UnsafeRawPointer, stride: Int) { (UnsafeRawPointer(b), bStride &* 4) }
  var upcomingBytes: (start: UnsafeRawPointer?, count: Int) { (upcoming, upcomingCount) }

  @inline(__always)
  func addTiles(
    _ left: UnsafeRawPointer, _ leftStride: Int, _ right: UnsafeRawPointer, _ rightStride: Int, _ block: TileBlock
  ) {
    cpu_add_byte_tiles(left, leftStride, right, rightStride, block.hasLower, block.hasSecond)
  }

  @inline(__always)
  func finish(_ block: TileBlock, sums: UnsafeRawPointer) {
    for v in block.vectors.lowerBound..<block.vectors.upperBound {
      let column = v &* lanes
      let columnSums = loadWords(columnSums + column)
      let columnScales = load(columnScales + column)
      var biases = Vector.zero
      if let bias { biases = load(bias + column) }
      for r in block.rows.lowerBound..<block.rows.upperBound {
        let parameters = parameters[r &* parameterStride]
        let sum =
          loadWords(sums + block.place(r, v))
          &- IntVector(repeating: parameters.zero) &* columnSums
        let scale = parameters.scale * columnScales
        write(c + (r &* cStride &+ column), count: width &- column, accumulates: accumulates) { start in
          (biases + start) + scale * floats(sum)
        }
      }
    }
  }
}
