import LHVectors

/// The first `count` lanes from memory, the others `filler`.
@inline(__always)
func loadPart(_ pointer: UnsafePointer<Float>, _ count: Int, filler: Float = 0) -> Vector {
  var vector = Vector(repeating: filler)
  for lane in 0..<count { vector[lane] = pointer[lane] }
  return vector
}

/// The first `count` lanes to memory.
@inline(__always)
func storePart(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>, _ count: Int) {
  for lane in 0..<count { pointer[lane] = vector[lane] }
}

/// Applies a function to all elements of some rows, in place.
@inline(__always)
func forEachVector(
  _ x: UnsafeMutablePointer<Float>, _ rows: Int, _ width: Int, _ stride: Int, _ function: (Vector) -> Vector
) {
  for row in 0..<rows {
    let x = x + row &* stride
    var n = 0
    while n &+ lanes <= width {
      store(function(load(x + n)), x + n)
      n &+= lanes
    }
    if n < width { storePart(function(loadPart(x + n, width &- n)), x + n, width &- n) }
  }
}

func scale(_ x: UnsafeMutablePointer<Float>, _ count: Int, _ factor: Float) {
  forEachVector(x, 1, count, count) { $0 * factor }
}

func standardize(
  _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int, _ mean: Float, _ factor: Float
) {
  var n = 0
  while n &+ lanes <= count {
    store((load(x + n) - mean) * factor, y + n)
    n &+= lanes
  }
  while n < count {
    y[n] = (x[n] - mean) * factor
    n &+= 1
  }
}

func add(_ x: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>, _ count: Int) {
  var n = 0
  while n &+ lanes <= count {
    store(load(x + n) + load(y + n), x + n)
    n &+= lanes
  }
  while n < count {
    x[n] += y[n]
    n &+= 1
  }
}

/// The sum of all lanes, in a fixed order.
@inline(__always)
func sum(_ vector: Vector) -> Float {
  #if KERNELS_AVX512
    let eight = vector.lowHalf + vector.highHalf
    let four = eight.lowHalf + eight.highHalf
  #elseif KERNELS_AVX2
    let four = vector.lowHalf + vector.highHalf
  #else
    let four = vector
  #endif
  let two = four.lowHalf + four.highHalf
  return two.x + two.y
}

/// The largest lane. `SIMD.max()` is some fifty instructions.
@inline(__always)
func largest(_ vector: Vector) -> Float {
  #if KERNELS_AVX512
    let eight = cpu_larger8(vector.highHalf, vector.lowHalf)
    let four = cpu_larger4(eight.highHalf, eight.lowHalf)
  #elseif KERNELS_AVX2
    let four = cpu_larger4(vector.highHalf, vector.lowHalf)
  #else
    let four = vector
  #endif
  let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .> four.lowHalf)
  return two.x > two.y ? two.x : two.y
}
