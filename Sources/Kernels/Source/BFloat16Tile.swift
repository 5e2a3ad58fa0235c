public import LHKernelTypes
import LHVectors

/// A product of bfloat16 with a panel; see `BFloat16PanelProduct`.
public func multiplyBFloat16Panel(_ product: BFloat16PanelProduct) { product.multiply() }

extension BFloat16PanelProduct: TiledProduct {
  var panelStart: UnsafeRawPointer { UnsafeRawPointer(b) }

  var upcomingBytes: (start: UnsafeRawPointer?, count: Int) { (upcoming, upcomingCount) }

  var fetchedCount: Int { depth / 2 &* 128 }

  @inline(__always)
  mutating func skip(_ count: Int) {
    rows &-= count
    a += count &* aStride
    c += count &* cStride
  }

  @inline(__always)
  func multiplyTile<let rows: Int, let vectors: Int>(_: Shape<rows, vectors>.Type, fetching: UnsafeRawPointer) {
    var sums = Shape<rows, vectors> { _ in InlineArray { _ in .zero } }
    if let bias {
      for v in 0..<vectors {
        let start = load(bias + v &* lanes)
        for r in 0..<rows { sums[r][v] = start }
      }
    }
    var a = UnsafeRawPointer(a)
    var b = UnsafeRawPointer(b)
    var fetching = fetching
    for _ in 0..<depth / 2 {
      step(&sums, a, b)
      cpu_prefetch(fetching)
      cpu_prefetch(fetching + 64)
      fetching += 128
      a += 4
      b += 4 &* bStride
    }
    for r in 0..<rows {
      for v in 0..<vectors {
        let place = c + (r &* cStride &+ v &* lanes)
        store(accumulates ? sums[r][v] + load(place) : sums[r][v], place)
      }
    }
  }

  #if KERNELS_BF16
    /// Adds the products of two columns of A with two rows of B.
    @inline(__always)
    private func step<let rows: Int, let vectors: Int>(
      _ sums: inout Shape<rows, vectors>, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer
    ) {
      var columns = InlineArray<vectors, IntVector> { _ in .zero }
      for v in 0..<vectors { columns[v] = loadWords(b + v &* lanes &* 4) }
      for r in 0..<rows {
        let factor = repeatedWord(a + 2 &* r &* aStride)
        for v in 0..<vectors { sums[r][v] = cpu_dot_bfloats16(sums[r][v], factor, columns[v]) }
      }
    }
  #else
    /// Adds the products of two columns of A with two rows of B: those of the even ones, then those of the odd ones,
    /// which need the same registers. As floats they are exact.
    @inline(__always)
    private func step<let rows: Int, let vectors: Int>(
      _ sums: inout Shape<rows, vectors>, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer
    ) {
      var columns = InlineArray<vectors, Vector> { _ in .zero }
      for v in 0..<vectors { columns[v] = evens(loadWords(b + v &* lanes &* 4)) }
      for r in 0..<rows {
        let factor = evens(repeatedWord(a + 2 &* r &* aStride))
        for v in 0..<vectors { sums[r][v] = multiplyAdd(sums[r][v], factor, columns[v]) }
      }
      #if KERNELS_AVX2
        for r in 0..<rows {
          for v in 0..<vectors { sums[r][v] = cpu_keep8(sums[r][v]) }
        }
      #endif
      cpu_forget_reads()
      for v in 0..<vectors { columns[v] = odds(loadWords(b + v &* lanes &* 4)) }
      for r in 0..<rows {
        let factor = odds(repeatedWord(a + 2 &* r &* aStride))
        for v in 0..<vectors { sums[r][v] = multiplyAdd(sums[r][v], factor, columns[v]) }
      }
    }
  #endif
}

#if !KERNELS_BF16
  /// The lower bfloat16 of each lane, as a float.
  @inline(__always)
  private func evens(_ pairs: IntVector) -> Vector { unsafeBitCast(pairs &<< 16, to: Vector.self) }

  /// The upper one.
  @inline(__always)
  private func odds(_ pairs: IntVector) -> Vector {
    unsafeBitCast(pairs & IntVector(repeating: ~0xffff), to: Vector.self)
  }
#endif
