import CLightHuBERT
import LHTestSupport
import Testing

/// Arguments that cannot be: each an error, none a crash.
@Suite struct ArgumentTests {
  /// What a wrong call is made with, all of which is in order.
  struct Bench {
    let model: OpaquePointer
    let context: OpaquePointer
    /// Two frames.
    let samples: UnsafeMutablePointer<Float>
    let sampleCount = 720
    let output: UnsafeMutablePointer<Float>
    let capacity = 1024
  }

  /// A wrong call, and what comes of it.
  struct Abuse: CustomTestStringConvertible {
    let testDescription: String
    let status: Int
    /// What the message holds.
    let message: String
    let call: @Sendable (Bench, UnsafeMutablePointer<lh_error>?) -> lh_status

    init(
      _ what: String, _ status: Int, _ message: String,
      _ call: @escaping @Sendable (Bench, UnsafeMutablePointer<lh_error>?) -> lh_status
    ) {
      testDescription = what
      self.status = status
      self.message = message
      self.call = call
    }
  }

  @Test(arguments: [runs, options, layers, openings, extractions, outputs].joined())
  func isRefused(_ abuse: Abuse) throws {
    let context = try CContext(CModel())
    let samples = UnsafeMutablePointer<Float>.allocate(capacity: 1024)
    let output = UnsafeMutablePointer<Float>.allocate(capacity: 1024)
    defer {
      samples.deallocate()
      output.deallocate()
    }
    samples.initialize(repeating: 0.25, count: 1024)
    output.initialize(repeating: 7, count: 1024)
    let bench = Bench(model: context.model.handle, context: context.handle, samples: samples, output: output)
    let outcome = outcome { abuse.call(bench, $0) }
    #expect(outcome.status == abuse.status, "\(outcome)")
    #expect(outcome.message.contains(abuse.message), "\(outcome)")
    // Without an lh_error it is the same.
    #expect(abuse.call(bench, nil) == abuse.status)
    // The context goes on working.
    samples.initialize(repeating: 0.25, count: 1024)
    try succeed { lh_run(context.handle, samples, bench.sampleCount, nil, output, bench.capacity, $0) }
  }

  // MARK: Samples and outputs

  static let huge = Int(bitPattern: UInt.max)

  static let runs: [Abuse] = [
    Abuse("no samples' address", LH_INVALID_ARGUMENT, "samples is NULL") {
      lh_run($0.context, nil, $0.sampleCount, nil, $0.output, $0.capacity, $1)
    },
    Abuse("no output", LH_INVALID_ARGUMENT, "output is NULL") {
      lh_run($0.context, $0.samples, $0.sampleCount, nil, nil, $0.capacity, $1)
    },
    Abuse("no samples", LH_BAD_DATA, "0 samples") {
      lh_run($0.context, $0.samples, 0, nil, $0.output, $0.capacity, $1)
    },
    Abuse("too few samples", LH_BAD_DATA, "at least 400") {
      lh_run($0.context, $0.samples, 399, nil, $0.output, $0.capacity, $1)
    },
    Abuse("SIZE_MAX samples", LH_INVALID_ARGUMENT, "18446744073709551615") {
      lh_run($0.context, $0.samples, huge, nil, $0.output, $0.capacity, $1)
    },
    Abuse("samples that wrap around", LH_INVALID_ARGUMENT, "4611686018427387904") {
      lh_run($0.context, $0.samples, 1 << 62, nil, $0.output, $0.capacity, $1)
    },
    Abuse("more samples than allowed", LH_INVALID_ARGUMENT, "268435456 allowed") {
      lh_run($0.context, $0.samples, LH_MAX_SAMPLES + 1, nil, $0.output, $0.capacity, $1)
    },
    Abuse("more samples than allowed, into the library's memory", LH_INVALID_ARGUMENT, "268435456 allowed") {
      var features: OpaquePointer?
      return lh_run_alloc($0.context, $0.samples, LH_MAX_SAMPLES + 1, nil, &features, $1)
    },
    Abuse("misaligned samples", LH_INVALID_ARGUMENT, "samples is not aligned") {
      lh_run($0.context, misaligned($0.samples), $0.sampleCount, nil, $0.output, $0.capacity, $1)
    },
    Abuse("a misaligned output", LH_INVALID_ARGUMENT, "output is not aligned") {
      lh_run($0.context, $0.samples, $0.sampleCount, nil, misaligned($0.output), $0.capacity, $1)
    },
    Abuse("no room", LH_BUFFER_TOO_SMALL, "0 floats") {
      lh_run($0.context, $0.samples, $0.sampleCount, nil, $0.output, 0, $1)
    },
    Abuse("too little room", LH_BUFFER_TOO_SMALL, "room for 127 floats, 128 are") {
      lh_run($0.context, $0.samples, $0.sampleCount, nil, $0.output, 127, $1)
    },
    Abuse("SIZE_MAX room", LH_INVALID_ARGUMENT, "output has 18446744073709551615") {
      lh_run($0.context, $0.samples, $0.sampleCount, nil, $0.output, huge, $1)
    },
    Abuse("an output in the samples", LH_INVALID_ARGUMENT, "overlaps") {
      lh_run($0.context, $0.samples, $0.sampleCount, nil, $0.samples + 719, $0.capacity, $1)
    },
    Abuse("a sample that is not a number", LH_BAD_DATA, "sample 3 is infinite or not a number") {
      $0.samples[3] = .nan
      return lh_run($0.context, $0.samples, $0.sampleCount, nil, $0.output, $0.capacity, $1)
    },
    Abuse("an infinite sample", LH_BAD_DATA, "sample 719") {
      $0.samples[719] = -.infinity
      return lh_run($0.context, $0.samples, $0.sampleCount, nil, $0.output, $0.capacity, $1)
    },
    Abuse("a batch of none", LH_INVALID_ARGUMENT, "count is 0") {
      var utterance = lh_utterance()
      return lh_run_batch($0.context, &utterance, 0, nil, $1)
    },
    Abuse("a batch of SIZE_MAX", LH_INVALID_ARGUMENT, "count is 18446744073709551615") {
      var utterance = lh_utterance()
      return lh_run_batch($0.context, &utterance, huge, nil, $1)
    },
    Abuse("no batch", LH_INVALID_ARGUMENT, "utterances is NULL") { lh_run_batch($0.context, nil, 1, nil, $1) },
    Abuse("a batch whose second is empty", LH_INVALID_ARGUMENT, "utterance 1: samples is NULL") {
      let utterances = [
        lh_utterance(
          samples: $0.samples, sample_count: $0.sampleCount, output: $0.output, capacity: $0.capacity),
        lh_utterance(),
      ]
      let status = lh_run_batch($0.context, utterances, 2, nil, $1)
      #expect($0.output[0] == 7, "nothing is begun")
      return status
    },
    Abuse("two utterances with one output", LH_INVALID_ARGUMENT, "1 overlaps the output of utterance 0") {
      runBatch($0, outputs: [$0.output, $0.output], $1)
    },
    Abuse("an output that ends in another", LH_INVALID_ARGUMENT, "0 overlaps the output of utterance 1") {
      runBatch($0, outputs: [$0.output + 127, $0.output], $1)
    },
    Abuse("an output in another's samples", LH_INVALID_ARGUMENT, "of utterance 1 overlaps the samples of utterance 0") {
      // Behind those that belong to it.
      let utterances = [
        lh_utterance(samples: $0.samples + 304, sample_count: 720, output: $0.output, capacity: $0.capacity),
        lh_utterance(samples: $0.samples, sample_count: 720, output: $0.samples + 720, capacity: 128),
      ]
      return lh_run_batch($0.context, utterances, 2, nil, $1)
    },
  ]

  /// A batch whose utterances have the same samples.
  private static func runBatch(
    _ bench: Bench, outputs: [UnsafeMutablePointer<Float>], _ error: UnsafeMutablePointer<lh_error>?
  ) -> lh_status {
    let utterances = outputs.map {
      lh_utterance(samples: bench.samples, sample_count: bench.sampleCount, output: $0, capacity: 128)
    }
    let status = lh_run_batch(bench.context, utterances, utterances.count, nil, error)
    #expect(bench.output[0] == 7, "nothing is begun")
    return status
  }

  private static func misaligned(_ pointer: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float>? {
    UnsafeMutablePointer(bitPattern: UInt(bitPattern: pointer) + 2)
  }

  // MARK: Options

  private static func run(
    _ bench: Bench, _ error: UnsafeMutablePointer<lh_error>?, _ change: (inout lh_run_options) -> Void
  ) -> lh_status {
    var options = runOptions()
    change(&options)
    return lh_run(
      bench.context, bench.samples, bench.sampleCount, &options, bench.output, bench.capacity, error)
  }

  static let options: [Abuse] = [
    Abuse("a struct of no bytes", LH_INVALID_ARGUMENT, "struct_size of lh_run_options is 0") {
      run($0, $1) { $0.struct_size = 0 }
    },
    Abuse("a struct of SIZE_MAX bytes", LH_INVALID_ARGUMENT, "18446744073709551615") {
      run($0, $1) { $0.struct_size = huge }
    },
    Abuse("a struct with an unknown field", LH_INVALID_ARGUMENT, "does not know") { bench, error in
      withUnsafeTemporaryAllocation(of: lh_run_options.self, capacity: 2) { memory in
        UnsafeMutableRawBufferPointer(memory).initializeMemory(as: UInt8.self, repeating: 0)
        memory[0].struct_size = 2 * MemoryLayout<lh_run_options>.size
        memory[1].normalize = 1
        return lh_run(
          bench.context, bench.samples, bench.sampleCount, memory.baseAddress, bench.output, bench.capacity, error)
      }
    },
    Abuse("an unknown selection", LH_INVALID_ARGUMENT, "layer_selection is 3") {
      run($0, $1) { $0.layer_selection = 3 }
    },
    Abuse("an unknown state 0", LH_INVALID_ARGUMENT, "layer_zero is -1") { run($0, $1) { $0.layer_zero = -1 } },
    Abuse("an unknown normalising", LH_INVALID_ARGUMENT, "normalize is 3") { run($0, $1) { $0.normalize = 3 } },
    Abuse("a reserved field", LH_INVALID_ARGUMENT, "reserved is 1") { run($0, $1) { $0.reserved = 1 } },
    Abuse("threads below none", LH_INVALID_ARGUMENT, "thread_count is -1") { context($0, $1) { $0.thread_count = -1 } },
    Abuse("too many threads", LH_INVALID_ARGUMENT, "thread_count is 1025") {
      context($0, $1) { $0.thread_count = Int32(LH_MAX_THREADS) + 1 }
    },
    Abuse("a context's struct of no bytes", LH_INVALID_ARGUMENT, "struct_size of lh_context_options") {
      context($0, $1) { $0.struct_size = 0 }
    },
    Abuse("a reserved field of a context", LH_INVALID_ARGUMENT, "reserved") { context($0, $1) { $0.reserved = -1 } },
  ]

  private static func context(
    _ bench: Bench, _ error: UnsafeMutablePointer<lh_error>?, _ change: (inout lh_context_options) -> Void
  ) -> lh_status {
    var options = lh_context_options()
    options.struct_size = MemoryLayout<lh_context_options>.size
    change(&options)
    var context: OpaquePointer? = bench.context
    let status = lh_context_create(bench.model, &options, &context, error)
    #expect(context == nil)
    return status
  }

  // MARK: Hidden states

  private static func run(
    _ layers: [Int32], _ bench: Bench, _ error: UnsafeMutablePointer<lh_error>?
  ) -> lh_status {
    withLayers(layers, runOptions()) {
      lh_run(bench.context, bench.samples, bench.sampleCount, $0, bench.output, bench.capacity, error)
    }
  }

  static let layers: [Abuse] = [
    Abuse("a negative layer", LH_INVALID_ARGUMENT, "no hidden state -1") { run([-1], $0, $1) },
    Abuse("the least layer", LH_INVALID_ARGUMENT, "no hidden state -2147483648") { run([.min], $0, $1) },
    Abuse("a layer too many", LH_INVALID_ARGUMENT, "no hidden state 11") { run([0, 11], $0, $1) },
    Abuse("a layer twice", LH_INVALID_ARGUMENT, "hidden state 2 is listed twice") { run([2, 1, 2], $0, $1) },
    Abuse("a list without an address", LH_INVALID_ARGUMENT, "layers is NULL") {
      run($0, $1) {
        $0.layer_selection = Int32(LH_LAYERS_LISTED)
        $0.layer_count = 1
      }
    },
    Abuse("an empty list", LH_INVALID_ARGUMENT, "layer_count is 0") {
      run($0, $1) { $0.layer_selection = Int32(LH_LAYERS_LISTED) }
    },
    Abuse("a list of SIZE_MAX", LH_INVALID_ARGUMENT, "layer_count is 18446744073709551615") { bench, error in
      withLayers([1], runOptions()) { options in
        var options = options.pointee
        options.layer_count = huge
        return lh_run(
          bench.context, bench.samples, bench.sampleCount, &options, bench.output, bench.capacity, error)
      }
    },
    Abuse("a misaligned list", LH_INVALID_ARGUMENT, "layers is not aligned") {
      run($0, $1) {
        $0.layer_selection = Int32(LH_LAYERS_LISTED)
        $0.layers = UnsafePointer(bitPattern: 0x1001)
        $0.layer_count = 1
      }
    },
    Abuse("a list and no selection of it", LH_INVALID_ARGUMENT, "layer_selection is not") {
      run($0, $1) { $0.layer_count = 1 }
    },
  ]

  // MARK: Places for results

  static let outputs: [Abuse] = [
    Abuse("no place for a layer count", LH_INVALID_ARGUMENT, "count is NULL") {
      lh_model_layer_count($0.model, nil, $1)
    },
    Abuse("no place for a hidden size", LH_INVALID_ARGUMENT, "size is NULL") {
      lh_model_hidden_size($0.model, nil, $1)
    },
    Abuse("no place for a frame count", LH_INVALID_ARGUMENT, "count is NULL") {
      lh_model_frame_count($0.model, 400, nil, $1)
    },
    Abuse("no place for the fewest samples", LH_INVALID_ARGUMENT, "count is NULL") {
      lh_model_minimum_samples($0.model, nil, $1)
    },
    Abuse("no place for a parameter count", LH_INVALID_ARGUMENT, "count is NULL") {
      lh_model_parameter_count($0.model, nil, $1)
    },
    Abuse("no place for a description", LH_INVALID_ARGUMENT, "json is NULL") {
      lh_model_description($0.model, nil, $1)
    },
    Abuse("no place for a name", LH_INVALID_ARGUMENT, "name is NULL") { lh_model_instruction_set($0.model, nil, $1) },
    Abuse("no place for a precision", LH_INVALID_ARGUMENT, "precision is NULL") {
      lh_model_precision($0.model, nil, $1)
    },
    Abuse("no place for an output count", LH_INVALID_ARGUMENT, "count is NULL") {
      lh_model_output_count($0.model, 400, nil, nil, $1)
    },
    Abuse("no place for a context", LH_INVALID_ARGUMENT, "context is NULL") {
      lh_context_create($0.model, nil, nil, $1)
    },
    Abuse("no place for features", LH_INVALID_ARGUMENT, "features is NULL") {
      lh_run_alloc($0.context, $0.samples, $0.sampleCount, nil, nil, $1)
    },
    Abuse("no place for a shape", LH_INVALID_ARGUMENT, "frame_count is NULL") {
      var (layerCount, hiddenSize) = (7, 7)
      return lh_features_shape(nil, &layerCount, nil, &hiddenSize, $1)
    },
    Abuse("a misaligned place", LH_INVALID_ARGUMENT, "count is not aligned") {
      lh_model_layer_count($0.model, UnsafeMutablePointer(bitPattern: 0x1002), $1)
    },
    Abuse("frames of SIZE_MAX samples", LH_INVALID_ARGUMENT, "18446744073709551615") {
      var count = 7
      return lh_model_frame_count($0.model, huge, &count, $1)
    },
    Abuse("an output of SIZE_MAX samples", LH_INVALID_ARGUMENT, "18446744073709551615") {
      var count = 7
      return lh_model_output_count($0.model, huge, nil, &count, $1)
    },
  ]
}
