/// See `KernelSet.softmaxNumerators`.
func softmaxNumerators(_ row: UnsafeMutablePointer<Float>, _ count: Int, _ zeros: Int) -> Float {
  let whole = count &- count % lanes
  var maxima = Vector(repeating: zeros > 0 ? 0 : row[0])
  var n = 0
  while n < whole {
    let x = load(row + n)
    maxima = maxima.replacing(with: x, where: x .> maxima)
    n &+= lanes
  }
  var top = largest(maxima)
  while n < count {
    top = row[n] > top ? row[n] : top
    n &+= 1
  }
  var sums = Vector.zero
  n = 0
  while n < whole {
    let e = expOfNegative(load(row + n) - top)
    store(e, row + n)
    sums += e
    n &+= lanes
  }
  var total = sum(sums)
  if n < count {
    let rest = count &- n
    let e = expOfNegative(loadPart(row + n, rest) - top)
    storePart(e, row + n, rest)
    for lane in 0..<rest { total += e[lane] }
  }
  if zeros > 0 { total += Float(zeros) * expOfNegative(Vector(repeating: -top))[0] }
  return total
}
