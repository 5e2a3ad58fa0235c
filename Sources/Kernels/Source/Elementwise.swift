import LHKernelTypes
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
func forEachVector(_ rows: ElementwiseRows, _ function: (Vector) -> Vector) {
  let width = rows.width
  for row in 0..<rows.rows {
    let x = rows.x + row &* rows.stride
    var n = 0
    while n &+ lanes <= width {
      store(function(load(x + n)), x + n)
      n &+= lanes
    }
    if n < width { storePart(function(loadPart(x + n, width &- n)), x + n, width &- n) }
  }
}

func scale(_ pass: ScaleElements) {
  let factor = pass.factor
  forEachVector(ElementwiseRows(rows: 1, width: pass.count, x: pass.x, stride: pass.count)) { $0 * factor }
}

func standardize(_ pass: StandardizeElements) {
  let (x, y, count) = (pass.x, pass.y, pass.count)
  let (mean, factor) = (pass.mean, pass.factor)
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

func add(_ pass: AddElements) {
  let (x, y, count) = (pass.x, pass.y, pass.count)
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

func addScaled(_ pass: AddScaledElements) {
  let (x, y, count) = (pass.x, pass.y, pass.count)
  let factor = Vector(repeating: pass.factor)
  var n = 0
  while n &+ lanes <= count {
    store(multiplyAdd(load(x + n), factor, load(y + n)), x + n)
    n &+= lanes
  }
  // The rest as a vector too, so that an element's rounding does not depend on its place.
  if n < count {
    let rest = count &- n
    storePart(multiplyAdd(loadPart(x + n, rest), factor, loadPart(y + n, rest)), x + n, rest)
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
