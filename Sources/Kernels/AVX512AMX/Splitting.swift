public import LHKernelTypes
import LHVectors

/// Rows to planes of bfloat16; see `BFloat16Splitting`.
public func splitToBFloat16(_ splitting: BFloat16Splitting) {
  let (width, planeStride) = (splitting.width, splitting.planeStride)
  for row in 0..<splitting.rows {
    let x = splitting.x + row &* splitting.xStride
    let y = splitting.y + row &* splitting.yStride
    var n = 0
    while n &+ 2 &* lanes <= width {
      let (left, right) = (SplitVector(load(x + n)), SplitVector(load(x + (n &+ lanes))))
      store(upperHalves(left.first, right.first), y + n)
      store(upperHalves(left.second, right.second), y + (n &+ planeStride))
      store(upperHalves(left.third, right.third), y + (n &+ 2 &* planeStride))
      n &+= 2 &* lanes
    }
    while n < width {
      let split = SplitVector(Vector(repeating: x[n]))
      y[n] = UInt16(truncatingIfNeeded: split.first[0] &>> 16)
      y[n &+ planeStride] = UInt16(truncatingIfNeeded: split.second[0] &>> 16)
      y[n &+ 2 &* planeStride] = UInt16(truncatingIfNeeded: split.third[0] &>> 16)
      n &+= 1
    }
  }
}

@inline(__always)
private func store(_ halves: IntVector, _ place: UnsafeMutablePointer<UInt16>) {
  UnsafeMutableRawPointer(place).storeBytes(of: halves, as: IntVector.self)
}

/// A vector as three of bfloat16, in the upper halves of words; the lower halves are zeros.
struct SplitVector {
  let first, second, third: IntVector

  @inline(__always)
  init(_ x: Vector) {
    first = nearest(x)
    let rest = x - unsafeBitCast(first, to: Vector.self)
    second = nearest(rest)
    // No more than eight bits are left.
    third = unsafeBitCast(rest - unsafeBitCast(second, to: Vector.self), to: IntVector.self)
  }
}

/// The nearest bfloat16; ties away from zero, which leave no more bits behind than ties to even.
@inline(__always)
private func nearest(_ x: Vector) -> IntVector {
  (unsafeBitCast(x, to: IntVector.self) &+ 0x8000) & IntVector(repeating: ~0xffff)
}
