import CLightHuBERT
import Glibc
import LHSubnetFile
import LightHuBERTC

extension FuzzTarget {
  /// Calls of the C interface, one after the other, with arguments that a C program could pass without breaking C's own
  /// rules: any numbers, any handles, any options, NULL everywhere, buffers that are not aligned. Memory that the
  /// header says is read or written is as large as the header says, to the byte.
  static let cInterface = FuzzTarget(
    name: "c-interface",
    test: { bytes in
      var calls = CallSequence(bytes)
      calls.run()
    }, mutate: nil)
}

/// Handles and choices of one sequence of calls.
private struct CallSequence {
  private var choices: Choices
  private var handles: [OpaquePointer?] = [
    nil, OpaquePointer(bitPattern: 1), OpaquePointer(bitPattern: 0x4C48 << 48 | 7),
  ]
  private static let models: [[UInt8]] = [SampleFiles.subnet(.auto), SampleFiles.subnet(.int8, level: 1)]

  init(_ bytes: [UInt8]) { choices = Choices(bytes) }

  mutating func run() {
    openModel(intact: true)
    var count = 0
    while !choices.isUsedUp && count < 64 {
      call()
      count += 1
    }
    for handle in handles {
      _ = lh_features_destroy(handle)
      _ = lh_context_destroy(handle)
      _ = lh_model_close(handle)
    }
    expect(openHandleCount == 0, "every handle was ended")
  }

  // MARK: Arguments

  private mutating func handle() -> OpaquePointer? { handles[choices.number(below: handles.count)] }

  private mutating func chance(_ one: Int) -> Bool { choices.number(below: one) == 0 }

  /// A number that is mostly small, but may be any.
  private mutating func size(_ usual: Int) -> Int {
    chance(6)
      ? Int(bitPattern: UInt(truncatingIfNeeded: choices.number(below: .max) &* 3)) : choices.number(below: usual)
  }

  /// Options with any bytes. `struct_size` is that of the memory, or one that is refused before anything is read.
  private mutating func withOptions<Options>(
    _ zero: Options, _ change: (inout Options, inout CallSequence) -> Void,
    _ body: (inout CallSequence, UnsafePointer<Options>?) -> Void
  ) {
    if chance(4) { return body(&self, nil) }
    var options = zero
    change(&options, &self)
    let extent = MemoryLayout<Options>.size + (chance(4) ? choices.number(below: 64) : 0)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: extent, alignment: 16)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: chance(8) ? 1 : 0)
    withUnsafeBytes(of: options) { memory.copyMemory(from: $0) }
    let lies = [0, 1, 7, 4097, -1, Int.max]
    memory.storeBytes(of: chance(8) ? lies[choices.number(below: lies.count)] : extent, as: Int.self)
    body(&self, UnsafePointer(memory.baseAddress!.assumingMemoryBound(to: Options.self)))
  }

  /// Floats in memory of exactly their size, now and then not aligned.
  private mutating func withFloats(_ count: Int, _ body: (inout CallSequence, UnsafeMutablePointer<Float>?) -> Void) {
    if chance(16) { return body(&self, nil) }
    let skew = chance(16) ? 1 : 0
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 * count + skew, alignment: 16)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    let special: [Float] = [0.5, -1, .nan, .infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude]
    for _ in 0..<min(count, 4) {
      let value = choices.byte()
      memory.storeBytes(
        of: value < 230 ? Float(value) / 256 : special[Int(value) % special.count],
        toByteOffset: 4 * choices.number(below: count) + skew, as: Float.self)
    }
    body(&self, UnsafeMutableRawPointer(memory.baseAddress! + skew).assumingMemoryBound(to: Float.self))
  }

  // MARK: Calls

  private mutating func call() {
    var error = lh_error()
    let before = handles.count
    var status: lh_status = 0
    switch choices.number(below: 14) {
    case 0: openModel(intact: chance(2))
    case 1: status = lh_model_close(handle())
    case 2: createContext()
    case 3: status = lh_context_destroy(handle())
    case 4: status = lh_context_cancel(handle())
    case 5, 6: run(allocating: false)
    case 7: run(allocating: true)
    case 8: status = lh_features_destroy(handle())
    case 9: askForFacts()
    case 10: askForFeatures()
    case 11: runBatch()
    case 12: status = extract(&error)
    default:
      // A message is always terminated, whatever the number.
      expect(strlen(lh_status_name(lh_status(truncatingIfNeeded: size(20)))) > 0, "every status has a name")
    }
    expect(handles.count - before <= 1 && (0...11).contains(Int(status)), "a status is one of those of the header")
  }

  private mutating func openModel(intact: Bool) {
    var bytes = CallSequence.models[intact ? 0 : choices.number(below: 2)]
    if !intact {
      for _ in 0..<choices.number(below: 3) { bytes[choices.number(below: bytes.count)] = choices.byte() }
      if chance(4) { bytes.removeLast(choices.number(below: bytes.count)) }
    }
    var model: OpaquePointer?
    withOptions(
      lh_model_options(),
      { options, calls in
        guard !intact else { return }
        options.thread_count = Int32(truncatingIfNeeded: calls.size(3))
        options.precision = Int32(truncatingIfNeeded: calls.size(6))
        options.max_error = calls.chance(8) ? .nan : 0
        options.reserved = calls.chance(8) ? 1 : 0
      }
    ) { calls, options in
      var error = lh_error()
      let status = bytes.withUnsafeBytes {
        lh_model_open_memory($0.baseAddress, calls.chance(16) ? -1 : $0.count, options, &model, &error)
      }
      calls.check(status, error)
      expect((status == lh_status(LH_OK)) == (model != nil), "a model is given exactly when there is no error")
    }
    if let model { handles.append(model) }
  }

  private mutating func createContext() {
    var context: OpaquePointer?
    withOptions(
      lh_context_options(), { options, calls in options.thread_count = Int32(truncatingIfNeeded: calls.size(3)) }
    ) { calls, options in
      var error = lh_error()
      calls.check(lh_context_create(calls.handle(), options, &context, &error), error)
    }
    if let context { handles.append(context) }
  }

  private mutating func withRunOptions(_ body: (inout CallSequence, UnsafePointer<lh_run_options>?) -> Void) {
    let count = choices.number(below: 4)
    let layers = UnsafeMutablePointer<Int32>.allocate(capacity: max(count, 1))
    defer { layers.deallocate() }
    for index in 0..<max(count, 1) { layers[index] = Int32(truncatingIfNeeded: size(4)) }
    withOptions(
      lh_run_options(),
      { options, calls in
        options.layer_selection = Int32(truncatingIfNeeded: calls.size(4))
        if calls.chance(2) {
          options.layers = UnsafePointer(layers)
          options.layer_count = calls.chance(6) ? -5 : count
        }
        options.layer_zero = Int32(truncatingIfNeeded: calls.size(3))
        options.normalize = Int32(truncatingIfNeeded: calls.size(4))
        if calls.chance(6) { options.progress = { fraction, _ in fraction > 0.5 ? 1 : 0 } }
      }, body)
  }

  private mutating func run(allocating: Bool) {
    let count = choices.number(below: 700)
    withRunOptions { calls, options in
      calls.withFloats(count) { calls, samples in
        var error = lh_error()
        let sampleCount = calls.chance(16) ? -1 : count
        if allocating {
          var features: OpaquePointer?
          calls.check(lh_run_alloc(calls.handle(), samples, sampleCount, options, &features, &error), error)
          if let features { calls.handles.append(features) }
          return
        }
        let capacity = calls.choices.number(below: 9000)
        calls.withFloats(capacity) { calls, output in
          calls.check(
            lh_run(
              calls.handle(), samples, sampleCount, options, output, calls.chance(16) ? Int.min : capacity, &error),
            error)
        }
      }
    }
  }

  private mutating func runBatch() {
    let count = choices.number(below: 4)
    withRunOptions { calls, options in
      calls.withFloats(500) { calls, samples in
        calls.withFloats(16_000) { calls, output in
          let batch = (0..<count).map { index in
            lh_utterance(
              samples: samples.map { UnsafePointer($0) }, sample_count: calls.choices.number(below: 500),
              output: output.map { $0 + 4000 * index }, capacity: 4000)
          }
          var error = lh_error()
          let status = batch.withUnsafeBufferPointer {
            lh_run_batch(calls.handle(), $0.baseAddress, calls.chance(8) ? -3 : count, options, &error)
          }
          calls.check(status, error)
        }
      }
    }
  }

  private mutating func askForFacts() {
    var error = lh_error()
    var size = 0
    var number: UInt64 = 0
    var code: Int32 = 0
    var text: UnsafePointer<CChar>?
    let model = handle()
    check(lh_model_layer_count(model, &size, &error), error)
    check(lh_model_hidden_size(model, &size, &error), error)
    check(lh_model_frame_count(model, self.size(100_000), &size, &error), error)
    check(lh_model_minimum_samples(model, &size, &error), error)
    check(lh_model_parameter_count(model, &number, &error), error)
    check(lh_model_precision(model, &code, &error), error)
    check(lh_model_instruction_set(model, &text, &error), error)
    check(lh_model_description(model, &text, &error), error)
    if let text { expect(strlen(text) > 10, "a description is a text") }
    let samples = self.size(1_000_000)
    withRunOptions { calls, options in
      var error = lh_error()
      var size = 0
      calls.check(lh_model_output_count(model, samples, options, &size, &error), error)
    }
    check(lh_model_layer_count(model, nil, nil), nil)
  }

  private mutating func askForFeatures() {
    var error = lh_error()
    var (layerCount, frameCount, width) = (0, 0, 0)
    var layers: UnsafePointer<Int32>?
    var values: UnsafePointer<Float>?
    let features = handle()
    check(lh_features_shape(features, &layerCount, &frameCount, &width, &error), error)
    check(lh_features_layers(features, &layers, &error), error)
    check(lh_features_data(features, &values, &error), error)
    guard let layers, let values else { return }
    let count = layerCount * frameCount * width
    expect(UnsafeBufferPointer(start: layers, count: layerCount).allSatisfy { $0 >= 0 }, "layers are counted from 0")
    var bits: UInt32 = 0
    for value in UnsafeBufferPointer(start: values, count: count) { bits |= value.bitPattern }
  }

  private mutating func extract(_ error: inout lh_error) -> lh_status {
    let checkpoint = MemoryFile(chance(2) ? SampleFiles.supernet : SampleFiles.pickle)
    let output = ScratchFile()
    defer { output.remove() }
    let architecture =
      chance(2)
      ? #"{"embed_dim": 16, "heads_num": [1], "ffn_embed": [8], "layer_num": 1}"#
      : String(decoding: choices.bytes(choices.number(below: 40)), as: UTF8.self)
    var status: lh_status = 0
    withOptions(
      lh_extract_options(),
      { options, calls in
        options.weights = Int32(truncatingIfNeeded: calls.size(6))
        options.compression_level = Int32(truncatingIfNeeded: calls.size(4))
        options.replace = 1
        options.allow_nonfinite = Int32(truncatingIfNeeded: calls.size(2))
      }
    ) { calls, options in
      var error = lh_error()
      status = lh_extract(
        calls.chance(16) ? nil : checkpoint.path, architecture, output.path, options, &error)
      calls.check(status, error)
    }
    return status
  }

  private func check(_ status: lh_status, _ error: lh_error?) {
    expect((0...11).contains(Int(status)), "a status is one of those of the header")
    guard let error else { return }
    expect(error.code == status, "the error has the status of the call")
    let length = withUnsafeBytes(of: error.message) { $0.firstIndex(of: 0) }
    expect(length != nil && (length == 0) == (status == 0), "a message is terminated, and empty only after success")
  }
}
