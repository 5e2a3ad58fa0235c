import Glibc

/// A signal like speech, for trying a model when no recording is at hand: voiced sounds whose pitch and formants glide,
/// hisses, and a pause. Always the same, but for the last bits of the system's sines.
enum ProbeSignal {
  /// The signal's beginning: mono at 16 kHz, of the loudness of speech.
  static func samples(count: Int) -> [Float] {
    var noise = NoiseGenerator()
    var first = Resonator()
    var second = Resonator()
    var phase = 0.0
    let samples = (0..<count).map { index in
      let time = Double(index) / rate
      phase += (130 + 40 * sin(8 * time)) / rate
      let isPulse = phase >= 1
      if isPulse { phase -= 1 }
      let sound = sounds[Int(time / soundSeconds) % sounds.count]
      // In -1..<1.
      let hiss = Double(noise.next() >> 11) / Double(1 << 52) - 1
      switch sound {
      case .voice:
        let source = (isPulse ? 1 : 0) + 0.003 * hiss
        return first.next(source, at: 500 + 250 * sin(11 * time)) + second.next(source, at: 1600 + 700 * sin(7 * time))
      case .hiss:
        return first.next(0, at: 500) + second.next(0.03 * hiss, at: 4500)
      case .pause:
        return first.next(0, at: 500) + second.next(0, at: 4500) + 0.0003 * hiss
      }
    }
    let power = samples.reduce(0) { $0 + $1 * $1 } / Double(max(count, 1))
    let scale = power > 0 ? loudness / power.squareRoot() : 0
    return samples.map { Float($0 * scale) }
  }

  private enum Sound { case voice, hiss, pause }

  private static let sounds: [Sound] = [.voice, .voice, .hiss, .voice, .pause, .hiss, .voice, .voice]
  /// Length of one of `sounds`.
  private static let soundSeconds = 0.125
  private static let rate = 16_000.0
  /// Root mean square of all samples.
  private static let loudness = 0.06

  /// A filter of two poles that rings at a frequency in hertz.
  private struct Resonator {
    private var last = (0.0, 0.0)
    private static let radius = 0.97

    mutating func next(_ input: Double, at frequency: Double) -> Double {
      let radius = Resonator.radius
      let output = input + 2 * radius * cos(2 * .pi * frequency / rate) * last.0 - radius * radius * last.1
      last = (output, last.0)
      return output
    }
  }
}
