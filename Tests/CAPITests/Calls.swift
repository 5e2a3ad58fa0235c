import CLightHuBERT
import LHTestSupport
import Testing

/// What a call came to.
struct Outcome: Equatable, CustomStringConvertible {
  let status: lh_status
  let message: String

  var name: String { String(cString: lh_status_name(status)) }
  var description: String { "\(name): \(message)" }
}

/// Makes a call with an `lh_error` full of rubbish, and checks what holds for every call: the code is the status, and
/// the message is one line of valid UTF-8, empty after success only.
func outcome(
  sourceLocation: SourceLocation = #_sourceLocation, _ call: (UnsafeMutablePointer<lh_error>) -> lh_status
) -> Outcome {
  let size = MemoryLayout<lh_error>.size
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 8)
  defer { memory.deallocate() }
  memory.initializeMemory(as: UInt8.self, repeating: 0xff)
  let error = memory.baseAddress!.assumingMemoryBound(to: lh_error.self)
  let status = call(error)
  let bytes = memory[MemoryLayout<Int32>.size...]
  let text = bytes.prefix { $0 != 0 }
  let message = String(validating: text, as: UTF8.self)
  #expect(memory.load(as: Int32.self) == status, sourceLocation: sourceLocation)
  #expect(text.count < bytes.count, "the message is terminated", sourceLocation: sourceLocation)
  #expect(message != nil, "the message is UTF-8", sourceLocation: sourceLocation)
  #expect(message?.isEmpty == (status == LH_OK), "\(message ?? "")", sourceLocation: sourceLocation)
  #expect(message?.contains(where: \.isNewline) == false, sourceLocation: sourceLocation)
  return Outcome(status: status, message: message ?? "")
}

/// Makes a call that must succeed.
func succeed(
  sourceLocation: SourceLocation = #_sourceLocation, _ call: (UnsafeMutablePointer<lh_error>) -> lh_status
) throws {
  let outcome = outcome(sourceLocation: sourceLocation, call)
  try #require(outcome.status == LH_OK, "\(outcome)", sourceLocation: sourceLocation)
}

/// A handle of a model, ended with this object.
final class CModel: @unchecked Sendable {
  let handle: OpaquePointer

  init(
    _ path: String = Fixture.path("versions/v1-tiny-min.lhb"), threads: Int32 = 1, precision: Int = LH_PRECISION_AUTO,
    maxError: Float = 0
  ) throws {
    var handle: OpaquePointer?
    var options = lh_model_options()
    options.struct_size = MemoryLayout<lh_model_options>.size
    options.thread_count = threads
    options.precision = Int32(precision)
    options.max_error = maxError
    try succeed { lh_model_open(path, &options, &handle, $0) }
    self.handle = try #require(handle)
  }

  /// Takes over a handle.
  init(handle: OpaquePointer?) throws { self.handle = try #require(handle) }

  deinit { lh_model_close(handle) }

  func precision() throws -> Int {
    var precision: Int32 = -1
    try succeed { lh_model_precision(handle, &precision, $0) }
    return Int(precision)
  }

  func frameCount(_ samples: Int) throws -> Int {
    var count = -1
    try succeed { lh_model_frame_count(handle, samples, &count, $0) }
    return count
  }
}

/// A handle of a context, ended with this object.
final class CContext: @unchecked Sendable {
  let model: CModel
  let handle: OpaquePointer

  init(_ model: CModel, threads: Int32 = 0) throws {
    var handle: OpaquePointer?
    var options = lh_context_options()
    options.struct_size = MemoryLayout<lh_context_options>.size
    options.thread_count = threads
    try succeed { lh_context_create(model.handle, &options, &handle, $0) }
    self.model = model
    self.handle = try #require(handle)
  }

  deinit { lh_context_destroy(handle) }

  func run(_ samples: [Float], _ options: lh_run_options = runOptions(), layers: [Int32] = []) throws -> [Float] {
    try withLayers(layers, options) { options in
      var count = -1
      try succeed { lh_model_output_count(model.handle, samples.count, options, &count, $0) }
      var output = [Float](repeating: .nan, count: count)
      try succeed { lh_run(handle, samples, samples.count, options, &output, output.count, $0) }
      return output
    }
  }
}

/// LH_RUN_OPTIONS_INIT, which is no Swift.
func runOptions(
  _ selection: Int = LH_LAYERS_LAST, layerZero: Int = LH_LAYER_ZERO_PROJECTION, normalize: Int = LH_NORMALIZE_MODEL
) -> lh_run_options {
  var options = lh_run_options()
  options.struct_size = MemoryLayout<lh_run_options>.size
  options.layer_selection = Int32(selection)
  options.layer_zero = Int32(layerZero)
  options.normalize = Int32(normalize)
  return options
}

/// Options with a list of hidden states, unless that is empty.
func withLayers<R>(
  _ layers: [Int32], _ options: lh_run_options, _ body: (UnsafePointer<lh_run_options>) throws -> R
) rethrows -> R {
  try layers.withUnsafeBufferPointer { layers in
    var options = options
    if !layers.isEmpty {
      options.layer_selection = Int32(LH_LAYERS_LISTED)
      options.layers = layers.baseAddress
      options.layer_count = layers.count
    }
    return try withUnsafePointer(to: &options, body)
  }
}
