import LHKernelTypes

/// See `ToomCookInputs`.
func toomCookInputs(_ inputs: ToomCookInputs) {
  let (even, stride, count, sums) = (inputs.even, inputs.stride, inputs.count, inputs.sums)
  let one = even + stride
  let two = one + stride
  let three = two + stride
  var n = 0
  while n &+ lanes <= count {
    let e0 = load(even + n)
    let e1 = load(one + n)
    let e2 = load(two + n)
    let e3 = load(three + n)
    store(e0 - e2, sums.first + n)
    store(e1 + e2, sums.plus + n)
    store(e2 - e1, sums.minus + n)
    store(e3 - e1, sums.last + n)
    n &+= lanes
  }
  while n < count {
    sums.first[n] = even[n] - two[n]
    sums.plus[n] = one[n] + two[n]
    sums.minus[n] = two[n] - one[n]
    sums.last[n] = three[n] - one[n]
    n &+= 1
  }
}

/// See `ToomCookOutputs`.
func toomCookOutputs(_ outputs: ToomCookOutputs) {
  let (plus, minus, count) = (outputs.plus, outputs.minus, outputs.count)
  let (y, stride) = (outputs.y, outputs.stride)
  let one = y + stride
  let two = one + stride
  var n = 0
  while n &+ lanes <= count {
    let p = load(plus + n)
    let m = load(minus + n)
    store(p + m, y + n)
    store(p - m, one + n)
    store(p + m, two + n)
    n &+= lanes
  }
  while n < count {
    let p = plus[n]
    let m = minus[n]
    y[n] = p + m
    one[n] = p - m
    two[n] = p + m
    n &+= 1
  }
}
