import LHKernelTypes

/// See `PeakLoop`. Twelve sums that do not wait for each other keep two pipelines with a latency of up to eight
/// cycles busy.
func peak(_ loop: PeakLoop) -> Int {
  let rounds = loop.rounds
  var sums = InlineArray<12, Vector>(repeating: .zero)
  for n in 0..<12 { sums[n] = Vector(repeating: Float(n &+ 2)) }
  let factor = Vector(repeating: 0.999)
  let term = Vector(repeating: 0.001)
  for _ in 0..<rounds {
    for n in 0..<12 { sums[n] = multiplyAdd(term, sums[n], factor) }
  }
  var total = Vector.zero
  for n in 0..<12 { total += sums[n] }
  // The result is used, so that the loop is not removed.
  return total[0] == .infinity ? 0 : rounds &* 12 &* lanes &* 2
}
