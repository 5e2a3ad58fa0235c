public import CLightHuBERT
import LHSystem
import LightHuBERT

/// Features that a handle names.
final class OpenFeatures: @unchecked Sendable {
  let layers: UnsafeMutableBufferPointer<Int32>
  let frameCount: Int
  let hiddenSize: Int
  /// [layers.count, frameCount, hiddenSize]
  let values: UnsafeMutableBufferPointer<Float>
  private let memory: HeapMemory

  /// Features without values yet.
  init(layers: [Int], frameCount: Int, hiddenSize: Int) throws(CallFault) {
    let count = layers.count * frameCount * hiddenSize
    memory = try mappingFaults { () throws(OutOfMemory) in
      try MemoryLimit.check(count * MemoryLayout<Float>.stride, for: "the result")
      return try HeapMemory(byteCount: count * MemoryLayout<Float>.stride, for: "the result")
    }
    values = memory.bytes.bindMemory(to: Float.self)
    self.layers = .allocate(capacity: layers.count)
    _ = self.layers.initialize(from: layers.map { Int32($0) })
    self.frameCount = frameCount
    self.hiddenSize = hiddenSize
  }

  deinit { layers.deallocate() }
}

/// Runs one utterance into memory of the library.
@c @implementation
public func lh_run_alloc(
  _ context: OpaquePointer?, _ samples: UnsafePointer<Float>?, _ sampleCount: Int,
  _ options: UnsafePointer<lh_run_options>?, _ features: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<lh_error>?
) -> lh_status {
  report(to: error) { () throws(CallFault) in
    let target = try output(features, "features", initially: nil)
    let context = try runContext(context)
    let request = try RunRequest(options, for: context.model)
    let count = try request.outputCount(samples: sampleCount)
    try context.run { session, cancellation throws(CallFault) in
      let result = try OpenFeatures(
        layers: request.layers, frameCount: context.model.frameCount(forSamples: sampleCount),
        hiddenSize: request.width)
      let utterance = try Utterance(
        samples, count: sampleCount, output: result.values.baseAddress, capacity: count, for: request)
      try request.run(utterance, on: session, cancellation, progress: request.progress)
      target.pointee = HandleTable.shared.add(result)
    }
  }
}

/// The shape of features.
@c @implementation
public func lh_features_shape(
  _ features: OpaquePointer?, _ layerCount: UnsafeMutablePointer<Int>?, _ frameCount: UnsafeMutablePointer<Int>?,
  _ hiddenSize: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<lh_error>?
) -> lh_status {
  report(to: error) { () throws(CallFault) in
    let layers = try output(layerCount, "layer_count", initially: 0)
    let frames = try output(frameCount, "frame_count", initially: 0)
    let size = try output(hiddenSize, "hidden_size", initially: 0)
    let features = try openFeatures(features)
    (layers.pointee, frames.pointee, size.pointee) = (features.layers.count, features.frameCount, features.hiddenSize)
  }
}

/// The indices of the hidden states.
@c @implementation
public func lh_features_layers(
  _ features: OpaquePointer?, _ layers: UnsafeMutablePointer<UnsafePointer<Int32>?>?,
  _ error: UnsafeMutablePointer<lh_error>?
) -> lh_status {
  report(to: error) { () throws(CallFault) in
    let target = try output(layers, "layers", initially: nil)
    target.pointee = UnsafePointer(try openFeatures(features).layers.baseAddress)
  }
}

/// The values.
@c @implementation
public func lh_features_data(
  _ features: OpaquePointer?, _ data: UnsafeMutablePointer<UnsafePointer<Float>?>?,
  _ error: UnsafeMutablePointer<lh_error>?
) -> lh_status {
  report(to: error) { () throws(CallFault) in
    let target = try output(data, "data", initially: nil)
    target.pointee = UnsafePointer(try openFeatures(features).values.baseAddress)
  }
}

/// Ends a handle of features.
@c @implementation
public func lh_features_destroy(_ features: OpaquePointer?) -> lh_status {
  HandleTable.shared.remove(features, as: OpenFeatures.self)
}

private func openFeatures(_ handle: OpaquePointer?) throws(CallFault) -> OpenFeatures {
  try HandleTable.shared.object(of: handle, as: OpenFeatures.self, "features")
}
