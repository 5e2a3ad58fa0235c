import LHKernelTypes

/// See `StrassenSums`.
func strassenSums(_ sums: StrassenSums) {
  let s0 = sums.sums
  let s1 = s0 + sums.planeStride
  let s2 = s1 + sums.planeStride
  let s3 = s2 + sums.planeStride
  let s4 = s3 + sums.planeStride
  var n = 0
  while n &+ lanes <= sums.count {
    let x11 = load(sums.x11 + n)
    let x12 = load(sums.x12 + n)
    let x21 = load(sums.x21 + n)
    let x22 = load(sums.x22 + n)
    store(x11 + x22, s0 + n)
    store(x21 + x22, s1 + n)
    store(x11 + x12, s2 + n)
    store(x21 - x11, s3 + n)
    store(x12 - x22, s4 + n)
    n &+= lanes
  }
  while n < sums.count {
    s0[n] = sums.x11[n] + sums.x22[n]
    s1[n] = sums.x21[n] + sums.x22[n]
    s2[n] = sums.x11[n] + sums.x12[n]
    s3[n] = sums.x21[n] - sums.x11[n]
    s4[n] = sums.x12[n] - sums.x22[n]
    n &+= 1
  }
}

/// See `StrassenOutputs`.
func strassenOutputs(_ outputs: StrassenOutputs) {
  let plane = outputs.planeStride
  let right = outputs.rightOffset
  for pair in 0..<outputs.pairs {
    let m1 = outputs.products + pair &* outputs.width
    let upper = outputs.upper + pair &* outputs.pairStride
    let lower = outputs.lower.map { $0 + pair &* outputs.pairStride }
    var n = 0
    while n < outputs.width {
      let leftStart = outputs.leftBias.map { load($0 + n) } ?? .zero
      let rightStart = outputs.rightBias.map { load($0 + n) } ?? .zero
      let p1 = load(m1 + n)
      let p2 = load(m1 + (plane &+ n))
      let p3 = load(m1 + (2 &* plane &+ n))
      let p4 = load(m1 + (3 &* plane &+ n))
      let p5 = load(m1 + (4 &* plane &+ n))
      let p6 = load(m1 + (5 &* plane &+ n))
      let p7 = load(m1 + (6 &* plane &+ n))
      put(((p1 + p4) + (p7 - p5)) + leftStart, upper + n, outputs.accumulates)
      put((p3 + p5) + rightStart, upper + (right &+ n), outputs.accumulates)
      if let lower {
        put((p2 + p4) + leftStart, lower + n, outputs.accumulates)
        put(((p1 + p3) + (p6 - p2)) + rightStart, lower + (right &+ n), outputs.accumulates)
      }
      n &+= lanes
    }
  }
}

@inline(__always)
private func put(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>, _ accumulates: Bool) {
  store(accumulates ? load(UnsafePointer(pointer)) + vector : vector, pointer)
}
