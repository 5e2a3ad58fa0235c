import CLightHuBERT
import LHSystem
import LightHuBERT

/// The samples of one run and the place of its result, checked.
struct Utterance {
  let samples: UnsafeBufferPointer<Float>
  let output: UnsafeMutableBufferPointer<Float>

  /// - Parameter capacity: Floats that there is room for.
  init(
    _ samples: UnsafePointer<Float>?, count: Int, output: UnsafeMutablePointer<Float>?, capacity: Int,
    for request: RunRequest
  ) throws(CallFault) {
    self.samples = try array(samples, count: count, "samples")
    let room = try array(UnsafePointer(output), count: capacity, "output")
    let needed = try request.outputCount(samples: count)
    guard capacity >= needed else {
      throw CallFault(
        LH_BUFFER_TOO_SMALL, "the output has room for \(capacity) floats, \(needed) are to be written")
    }
    self.output = UnsafeMutableBufferPointer(start: UnsafeMutablePointer(mutating: room.baseAddress), count: needed)
    guard !Utterance.overlap(self.samples, room.prefix(needed)) else {
      throw CallFault(LH_INVALID_ARGUMENT, "output overlaps the samples")
    }
    try mappingFaults { () throws(OutOfMemory) in
      try MemoryLimit.check(
        request.model.leastWorkingMemory(frames: request.model.frameCount(forSamples: count)), for: "the run")
    }
  }

  private static func overlap(_ first: UnsafeBufferPointer<Float>, _ second: Slice<UnsafeBufferPointer<Float>>) -> Bool
  {
    guard let a = first.baseAddress, let b = second.base.baseAddress else { return false }
    return a < b + second.count && b < a + first.count
  }
}

extension RunRequest {
  /// Runs one utterance.
  ///
  /// - Parameter progress: False cancels.
  func run(
    _ utterance: Utterance, on session: Session, _ cancellation: Cancellation, progress: ((Double) -> Bool)?
  ) throws(CallFault) {
    try mappingFaults { () throws(ModelFault) in
      try session.run(
        utterance.samples, selection, into: utterance.output, progress: progress, cancellation: cancellation)
    }
  }
}
