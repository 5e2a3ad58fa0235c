public import LHKernelTypes
import LHVectors

/// A product of bytes with a panel; see `Int8PanelProduct`.
public func multiplyInt8Panel(_ product: Int8PanelProduct) { product.multiply() }

extension Int8PanelProduct: TiledProduct {
  var panelStart: UnsafeRawPointer { UnsafeRawPointer(b) }

  var upcomingBytes: (start: UnsafeRawPointer?, count: Int) { (upcoming, upcomingCount) }

  var fetchedCount: Int { depth / 4 &* 128 }

  @inline(__always)
  mutating func skip(_ count: Int) {
    rows &-= count
    a += count &* aStride
    parameters += count &* parameterStride
    c += count &* cStride
  }

  @inline(__always)
  func multiplyTile<let rows: Int, let vectors: Int>(_: Shape<rows, vectors>.Type, fetching: UnsafeRawPointer) {
    var sums = Sums<rows, vectors> { _ in InlineArray { _ in .zero } }
    var a = UnsafeRawPointer(a)
    var b = UnsafeRawPointer(b)
    var fetching = fetching
    // Bytes are multiplied so fast that writing a tile of C would be waited for.
    for r in 0..<rows {
      for v in 0..<vectors { cpu_prefetch_written(c + (r &* cStride &+ v &* lanes)) }
    }
    for _ in 0..<depth / 4 {
      step(&sums, a, b)
      cpu_prefetch(fetching)
      cpu_prefetch(fetching + 64)
      fetching += 128
      a += 4
      b += 4 &* bStride
    }
    unrolled(rows) { r in
      let parameters = parameters[r &* parameterStride]
      let zero = IntVector(repeating: parameters.zero)
      for v in 0..<vectors {
        let place = c + (r &* cStride &+ v &* lanes)
        let sum = sums[r][v] &- zero &* loadWords(columnSums + v &* lanes)
        let scale = parameters.scale * load(columnScales + v &* lanes)
        var start = Vector.zero
        if let bias { start = load(bias + v &* lanes) }
        if accumulates { start += load(place) }
        store(start + scale * floats(sum), place)
      }
    }
  }
}

private typealias Sums<let rows: Int, let vectors: Int> = InlineArray<rows, InlineArray<vectors, IntVector>>

extension Int8PanelProduct {
  #if KERNELS_VNNI
    /// Adds the products of four columns of A with four rows of B.
    @inline(__always)
    private func step<let rows: Int, let vectors: Int>(
      _ sums: inout Sums<rows, vectors>, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer
    ) {
      var columns = InlineArray<vectors, IntVector> { _ in .zero }
      for v in 0..<vectors { columns[v] = loadWords(b + v &* lanes &* 4) }
      for r in 0..<rows {
        let factor = repeatedWord(a + r &* aStride)
        for v in 0..<vectors { sums[r][v] = addDotProduct(sums[r][v], factor, columns[v]) }
      }
    }
  #else
    /// Adds the products of four columns of A with four rows of B: those of the even ones, then those of the odd ones,
    /// which need the same registers. As 16-bit integers they are exact; the instruction for pairs of bytes would
    /// saturate.
    @inline(__always)
    private func step<let rows: Int, let vectors: Int>(
      _ sums: inout Sums<rows, vectors>, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer
    ) {
      var columns = InlineArray<vectors, IntVector> { _ in .zero }
      for v in 0..<vectors { columns[v] = signedEvens(loadWords(b + v &* lanes &* 4)) }
      for r in 0..<rows {
        let factor = repeatedWord(a + r &* aStride) & IntVector(repeating: 0x00ff_00ff)
        for v in 0..<vectors { sums[r][v] = addDotProduct(sums[r][v], factor, columns[v]) }
      }
      cpu_forget_reads()
      for v in 0..<vectors { columns[v] = signedOdds(loadWords(b + v &* lanes &* 4)) }
      for r in 0..<rows {
        let factor = unsignedOdds(repeatedWord(a + r &* aStride))
        for v in 0..<vectors { sums[r][v] = addDotProduct(sums[r][v], factor, columns[v]) }
      }
    }
  #endif
}

#if KERNELS_VNNI
  @inline(__always)
  private func addDotProduct(_ sum: IntVector, _ left: IntVector, _ right: IntVector) -> IntVector {
    #if KERNELS_AVX512
      cpu_dot_bytes16(sum, left, right)
    #else
      cpu_dot_bytes8(sum, left, right)
    #endif
  }
#else
  @inline(__always)
  private func addDotProduct(_ sum: IntVector, _ left: IntVector, _ right: IntVector) -> IntVector {
    #if KERNELS_AVX512
      cpu_dot_halves16(sum, left, right)
    #elseif KERNELS_AVX2
      cpu_dot_halves8(sum, left, right)
    #else
      cpu_dot_halves4(sum, left, right)
    #endif
  }

  @inline(__always)
  private func signedEvens(_ bytes: IntVector) -> IntVector {
    #if KERNELS_AVX512
      cpu_signed_evens16(bytes)
    #elseif KERNELS_AVX2
      cpu_signed_evens8(bytes)
    #else
      cpu_signed_evens4(bytes)
    #endif
  }

  @inline(__always)
  private func signedOdds(_ bytes: IntVector) -> IntVector {
    #if KERNELS_AVX512
      cpu_signed_odds16(bytes)
    #elseif KERNELS_AVX2
      cpu_signed_odds8(bytes)
    #else
      cpu_signed_odds4(bytes)
    #endif
  }

  @inline(__always)
  private func unsignedOdds(_ bytes: IntVector) -> IntVector {
    #if KERNELS_AVX512
      cpu_unsigned_odds16(bytes)
    #elseif KERNELS_AVX2
      cpu_unsigned_odds8(bytes)
    #else
      cpu_unsigned_odds4(bytes)
    #endif
  }
#endif
