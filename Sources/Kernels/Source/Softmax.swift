import LHKernelTypes

/// See `SoftmaxBlock`.
func softmaxNumerators(_ block: SoftmaxBlock) -> SoftmaxStep {
  let (row, count) = (block.scores, block.count)
  var running = block.running
  let whole = count &- count % lanes
  var maxima = Vector(repeating: running.maximum)
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
  let factor = expOfNegative(Vector(repeating: running.maximum - top))[0]
  running.sum = total + running.sum * factor
  running.maximum = top
  return SoftmaxStep(running: running, factor: factor)
}
