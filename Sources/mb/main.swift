import Glibc
import KernelTypes
import Kernels

func now() -> Double {
  var t = timespec(); clock_gettime(CLOCK_MONOTONIC, &t); return Double(t.tv_sec) + Double(t.tv_nsec) * 1e-9
}
let k = try InstructionSet.select()
func peak() -> Double { let s = now(); let o = k.peak(3_000_000); return Double(o) / (now() - s) }
_ = peak()
func buf(_ n: Int) -> UnsafeMutablePointer<Float> {
  let b = UnsafeMutablePointer<Float>.allocate(capacity: n); for i in 0..<n { b[i] = Float(i % 17) * 0.01 - 0.08 };
  return b
}
let a = buf(4_000_000), b = buf(8_000_000), c = buf(4_000_000)
func time(_ name: String, flop: Double, _ f: () -> Void) {
  f()
  var best: [Double] = [], peaks: [Double] = []
  for _ in 0..<9 {
    peaks.append(peak()); var n = 1;
    while true {
      let s = now(); for _ in 0..<n { f() }; let t = now() - s; if t > 0.01 { best.append(t / Double(n)); break };
      n *= 4
    }
  }
  best.sort(); peaks.sort()
  print(name, "GF", flop / best[4] * 1e-9, "share", flop / best[4] / peaks[4], "ns", best[4] * 1e9)
}
let W = k.panelWidth, V = k.panelVectors
for (rows, depth, panels) in [
  (60, 192, 8), (60, 256, 8), (60, 384, 8), (64, 384, 8), (96, 512, 8), (18, 256, 8), (54, 256, 8), (36, 512, 8),
  (108, 512, 8), (25, 768, 12), (49, 768, 12), (50, 768, 12), (48, 64, 12),
] {
  for chain in [64, 32, 4096] {
    time("panel \(rows)x\(depth) panels \(panels) chain \(chain)", flop: 2 * Double(rows * depth * W * panels)) {
      for p in 0..<panels {
        k.multiplyPanel(
          PanelProduct(
            rows: rows, depth: depth, a: a, aStride: depth, b: b + p * depth * W, bStride: W, vectors: V, bias: nil,
            accumulates: false, c: c + p * W, cStride: panels * W, width: W, chainLength: chain))
      }
    }
  }
}
for (r, w) in [(96, 512), (750, 768)] {
  let gain = buf(w), bias = buf(w)
  time("layernorm+gelu \(r)x\(w) ns/elem flop=elements", flop: Double(r * w)) {
    k.layerNorm(
      LayerNormRows(rows: r, width: w, x: a, xStride: w, y: c, yStride: w, gain: gain, bias: bias, appliesGELU: true))
  }
  time("layernorm \(r)x\(w)", flop: Double(r * w)) {
    k.layerNorm(
      LayerNormRows(rows: r, width: w, x: a, xStride: w, y: c, yStride: w, gain: gain, bias: bias, appliesGELU: false))
  }
  time("gelu \(r)x\(w)", flop: Double(r * w)) { k.gelu(c, r, w, w) }
  time("softmax \(r)x\(w)", flop: Double(r * w)) { for i in 0..<r { _ = k.softmaxNumerators(c + i * w, w, 0) } }
}
