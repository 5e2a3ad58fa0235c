public import LHKernelTypes
import LHVectors

/// A product of split rows with a panel of float32; see `SplitPanelProduct`.
public func multiplySplitPanel(_ product: SplitPanelProduct) { product.multiply() }

/// Bytes of the planes of a part of the widest panel, 256 by 64 values.
private let panelBytes = 256 * 64 * 3 * 2

extension SplitPanelProduct {
  /// Bytes between rows of a plane of A, and between its planes.
  private var leftStride: Int { 2 &* aStride }
  private var leftPlane: Int { 2 &* planeStride }
  /// Bytes between words of a column of a split panel.
  private var rightStride: Int { vectors &* tileBytes }

  /// Computes C, part by part of the depth.
  @inline(__always)
  func multiply() {
    // The panel's planes, the sums of a block, and the end of its rows in each plane.
    var memory = InlineArray<27_136, Int32>(repeating: 0)
    withUnsafeMutablePointer(to: &memory) { memory in
      let panel = UnsafeMutableRawPointer(memory)
      let sums = panel + panelBytes
      let leftEnd = sums + TileBlock.byteCount
      let blocks = (rows &+ 2 &* tileRows &- 1) / (2 &* tileRows) &* ((vectors &+ 1) / 2)
      var upcoming = Upcoming(
        upcoming.map { UnsafeRawPointer($0) }, byteCount: 4 &* upcomingCount, times: blocks &* (depth / 32), else: b)
      var first = 0
      repeat {
        let count = min(SplitPanelProduct.partDepth, depth &- first)
        let rightPlane = splitPanel(from: first, count: count, to: panel)
        TileBlock.forEach(rows: rows, vectors: vectors) { block in
          var left = UnsafeRawPointer(a + (block.rows.lowerBound &* aStride &+ first))
          var right = UnsafeRawPointer(panel) + block.vectors.lowerBound &* tileBytes
          cpu_zero_tiles()
          var rest = count &* 2
          while rest >= tileBytes {
            cpu_add_split_tiles(
              left, leftStride, leftPlane, right, rightStride, rightPlane, block.hasLower, block.hasSecond)
            upcoming.fetch()
            left += tileBytes
            right += tileRows &* rightStride
            rest &-= tileBytes
          }
          if rest > 0 {
            let endPlane = 2 &* tileRows &* tileBytes
            for plane in 0..<BFloat16Splitting.planes {
              copyTile(
                block.rows.count, from: left + plane &* leftPlane, stride: leftStride, count: rest,
                to: leftEnd + plane &* endPlane)
            }
            cpu_add_split_tiles(
              leftEnd, tileBytes, endPlane, right, rightStride, rightPlane, block.hasLower, block.hasSecond)
          }
          cpu_store_tiles(sums, block.hasLower, block.hasSecond)
          block.add(
            sums, bias: first == 0 ? bias : nil, to: c, stride: cStride, width: width,
            accumulates: accumulates || first > 0)
        }
        first &+= count
      } while first < depth
    }
  }

  /// Splits rows of the panel, up to whole registers, and gives the bytes between planes.
  @inline(__always)
  private func splitPanel(from first: Int, count: Int, to panel: UnsafeMutableRawPointer) -> Int {
    let words = (count &+ 31) / 32 &* tileRows
    let plane = words &* rightStride
    for word in 0..<words {
      let (even, odd) = (2 &* word, 2 &* word &+ 1)
      for v in 0..<vectors {
        let column = b + ((first &+ even) &* bStride &+ v &* lanes)
        let place = panel + (word &* rightStride &+ v &* tileBytes)
        let low = SplitVector(even < count ? load(column) : .zero)
        let high = SplitVector(odd < count ? load(column + bStride) : .zero)
        store(paired(low.first, high.first), place)
        store(paired(low.second, high.second), place + plane)
        store(paired(low.third, high.third), place + 2 &* plane)
      }
    }
    return plane
  }
}

/// Words that share their lanes: the upper halves of `low` below those of `high`.
@inline(__always)
private func paired(_ low: IntVector, _ high: IntVector) -> IntVector {
  unsafeBitCast(unsafeBitCast(low, to: UnsignedVector.self) &>> 16, to: IntVector.self) | high
}

private typealias UnsignedVector = SIMD16<UInt32>

@inline(__always)
private func store(_ words: IntVector, _ place: UnsafeMutableRawPointer) {
  place.storeBytes(of: words, as: IntVector.self)
}
