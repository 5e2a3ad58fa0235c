import Glibc
import LHKernelTypes
import LHKernels
import LHModel
import LHRuntime
import LHSubnetFile
import LHSupernet
import LHSystem

/// A model that is loaded and ready to be measured.
struct Bench {
  let model: Model
  let runs: Int
  /// Seconds from opening the file to weights that are ready.
  let loadSeconds: Double
  /// The most memory that the process held until then, in bytes.
  let loadPeakMemory: Int
  /// SHA-256 of the model's file, in hexadecimal.
  let modelDigest: String

  /// Seconds beyond which the first run counts like the others: what it does for the first time is a small part of it.
  private static let longRun = 10.0

  init(path: String, options: RuntimeOptions, runs: Int) throws {
    self.runs = runs
    let start = monotonicSeconds()
    model = try Model(contentsOf: path, options: options)
    loadSeconds = monotonicSeconds() - start
    loadPeakMemory = ResidentMemory.peak
    modelDigest = try Bench.digest(of: path)
  }

  /// The SHA-256 of a file.
  static func digest(of path: String) throws -> String {
    let file = try InputFile(path: path)
    var hash = SHA256()
    try file.readContents({ bytes, _ throws(FileFault) in hash.update(bytes) }, unreadable: { $0 })
    return hash.hexadecimal()
  }

  /// Runs the model on samples: once to warm up, then `runs` times, the processor's peak measured before and after
  /// each; and some times more with a clock for the stages. Memory is that of a session which has seen no other length.
  func measure(_ samples: [Float]) throws -> Measurement {
    ResidentMemory.resetPeak()
    let session = Session(model)
    let frames = model.frameCount(forSamples: samples.count)
    var values = [Float](repeating: 0, count: frames * model.width)
    var times: [Double] = []
    var peaks = [peak()]
    var isWarm = false
    while times.count < runs {
      let start = monotonicSeconds()
      try session.run(samples, into: &values)
      let elapsed = monotonicSeconds() - start
      if isWarm || elapsed > Bench.longRun { times.append(elapsed) }
      isWarm = true
      peaks.append(peak())
    }
    let clock = StageClock()
    session.clock = clock
    for _ in 0..<(runs + 2) / 3 { try session.clock.measure(.rest) { try session.run(samples, into: &values) } }
    let stages = Stage.allCases.map { clock[$0] }
    let operations = MultiplyAccumulates(model.shape, samples: samples.count)
    return Measurement(
      audioSeconds: Double(samples.count) / 16_000, frames: frames, times: times.sorted(),
      stageShares: stages.map { $0 / stages.reduce(0, +) }, operations: 2 * Double(operations.total),
      peakPerCore: peaks.sorted()[peaks.count / 2], peakMemory: ResidentMemory.peak)
  }

  /// Floating-point operations a second that one core reaches in fused multiply-adds without any memory access.
  private func peak() -> Double {
    var rounds = 1000
    while true {
      let start = monotonicSeconds()
      let operations = model.kernels.peak(PeakLoop(rounds: rounds))
      let elapsed = monotonicSeconds() - start
      if elapsed > 0.002 { return Double(operations) / elapsed }
      rounds *= 4
    }
  }

  /// Noise of the loudness of speech, the same every time.
  static func noise(seconds: Double) -> [Float] {
    var noise = NoiseGenerator()
    return (0..<Int(seconds * 16_000)).map { _ in (Float(noise.next() >> 40) / Float(1 << 24) - 0.5) * 0.2 }
  }
}

extension Session {
  /// The last hidden state of samples.
  func run(_ samples: [Float], into values: inout [Float]) throws {
    try samples.withUnsafeBufferPointer { samples in
      try values.withUnsafeMutableBufferPointer { values in
        try run(samples, layers: .last, layerZero: .projection, into: values)
      }
    }
  }
}
