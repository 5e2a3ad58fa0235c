public import CLightHuBERT
import LHSystem
import LightHuBERT

/// Floats of an output.
@c @implementation
public func lh_model_output_count(
  _ model: OpaquePointer?, _ sampleCount: Int, _ options: UnsafePointer<lh_run_options>?,
  _ count: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<lh_error>?
) -> lh_status {
  report(to: error) { () throws(CallFault) in
    let target = try output(count, "count", initially: 0)
    let request = try RunRequest(options, for: try openModel(model).model)
    target.pointee = try request.outputCount(samples: sampleCount)
  }
}

/// Runs one utterance into memory of the caller.
@c @implementation
public func lh_run(
  _ context: OpaquePointer?, _ samples: UnsafePointer<Float>?, _ sampleCount: Int,
  _ options: UnsafePointer<lh_run_options>?, _ output: UnsafeMutablePointer<Float>?, _ capacity: Int,
  _ error: UnsafeMutablePointer<lh_error>?
) -> lh_status {
  report(to: error) { () throws(CallFault) in
    let context = try runContext(context)
    let request = try RunRequest(options, for: context.model)
    let utterance = try Utterance(samples, count: sampleCount, output: output, capacity: capacity, for: request)
    try context.run { session, cancellation throws(CallFault) in
      try request.run(utterance, on: session, cancellation, progress: request.progress)
    }
  }
}

/// Runs several utterances.
@c @implementation
public func lh_run_batch(
  _ context: OpaquePointer?, _ utterances: UnsafePointer<lh_utterance>?, _ count: Int,
  _ options: UnsafePointer<lh_run_options>?, _ error: UnsafeMutablePointer<lh_error>?
) -> lh_status {
  report(to: error) { () throws(CallFault) in
    let context = try runContext(context)
    let request = try RunRequest(options, for: context.model)
    guard (1...LH_MAX_UTTERANCES).contains(count) else {
      throw CallFault(
        LH_INVALID_ARGUMENT, "count is \(UInt(bitPattern: count)), expected 1 to \(LH_MAX_UTTERANCES)")
    }
    let batch = try checkedBatch(try array(utterances, count: count, "utterances"), request)
    let total = Double(batch.reduce(0) { $0 + $1.samples.count })
    try context.run { session, cancellation throws(CallFault) in
      var done = 0.0
      for (index, utterance) in batch.enumerated() {
        let share = Double(utterance.samples.count)
        let before = done
        let progress = request.progress.map { progress in { progress((before + $0 * share) / total) } }
        try naming(index) { () throws(CallFault) in
          try request.run(utterance, on: session, cancellation, progress: progress)
        }
        done += share
      }
    }
  }
}

private func checkedBatch(
  _ utterances: UnsafeBufferPointer<lh_utterance>, _ request: RunRequest
) throws(CallFault) -> [Utterance] {
  // Arrays that cannot be had end the process.
  try mappingFaults { () throws(OutOfMemory) in
    try MemoryLimit.probe(
      utterances.count * (MemoryLayout<Utterance>.stride + MemoryLayout<BatchMemory>.stride * 2), for: "the batch")
  }
  var batch: [Utterance] = []
  batch.reserveCapacity(utterances.count)
  for (index, utterance) in utterances.enumerated() {
    try naming(index) { () throws(CallFault) in
      batch.append(
        try Utterance(
          utterance.samples, count: utterance.sample_count, output: utterance.output, capacity: utterance.capacity,
          for: request))
    }
  }
  try checkOverlaps(batch)
  return batch
}

/// Names the utterance of a batch in the message of a fault.
private func naming(_ index: Int, _ body: () throws(CallFault) -> Void) throws(CallFault) {
  do throws(CallFault) {
    try body()
  } catch {
    throw CallFault(error.status, "utterance \(index): \(error.message)")
  }
}
