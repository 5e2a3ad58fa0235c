public import LHKernelTypes
import LHVectors

/// A product of bfloat16 with a panel; see `BFloat16PanelProduct`.
public func multiplyBFloat16Panel(_ product: BFloat16PanelProduct) { product.multiply() }

extension BFloat16PanelProduct: NarrowProduct {
  var left: (start: UnsafeRawPointer, stride: Int, count: Int) { (UnsafeRawPointer(a), aStride &* 2, depth &* 2) }
  var right: (start: UnsafeRawPointer, stride: Int) { (UnsafeRawPointer(b), bStride &* 4) }
  var upcomingBytes: (start: UnsafeRawPointer?, count: Int) { (upcoming, upcomingCount) }

  @inline(__always)
  func addTiles(
    _ left: UnsafeRawPointer, _ leftStride: Int, _ right: UnsafeRawPointer, _ rightStride: Int, _ block: TileBlock
  ) {
    cpu_add_bfloat_tiles(left, leftStride, right, rightStride, block.hasLower, block.hasSecond)
  }

  @inline(__always)
  func finish(_ block: TileBlock, sums: UnsafeRawPointer) {
    block.add(sums, bias: bias, to: c, stride: cStride, width: width, accumulates: accumulates)
  }
}
