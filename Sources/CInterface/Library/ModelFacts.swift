public import CLightHuBERT
import LightHuBERT

/// The model of a handle.
func openModel(_ handle: OpaquePointer?) throws(CallFault) -> OpenModel {
  try HandleTable.shared.object(of: handle, as: OpenModel.self, "model")
}

/// Writes a fact of a model to the caller's variable.
private func tell<Value>(
  _ handle: OpaquePointer?, _ pointer: UnsafeMutablePointer<Value>?, _ name: StaticString, initially value: Value,
  _ error: UnsafeMutablePointer<lh_error>?, _ fact: (OpenModel) throws(CallFault) -> Value
) -> lh_status {
  report(to: error) { () throws(CallFault) in
    let target = try output(pointer, name, initially: value)
    target.pointee = try fact(try openModel(handle))
  }
}

/// Encoder layers.
@c @implementation
public func lh_model_layer_count(
  _ model: OpaquePointer?, _ count: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<lh_error>?
) -> lh_status {
  tell(model, count, "count", initially: 0, error) { $0.model.layerCount }
}

/// Width of a hidden state.
@c @implementation
public func lh_model_hidden_size(
  _ model: OpaquePointer?, _ size: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<lh_error>?
) -> lh_status {
  tell(model, size, "size", initially: 0, error) { $0.model.width }
}

/// Frames of a number of samples.
@c @implementation
public func lh_model_frame_count(
  _ model: OpaquePointer?, _ sampleCount: Int, _ count: UnsafeMutablePointer<Int>?,
  _ error: UnsafeMutablePointer<lh_error>?
) -> lh_status {
  tell(model, count, "count", initially: 0, error) { open throws(CallFault) in
    try checkSampleCount(sampleCount)
    return open.model.frameCount(forSamples: sampleCount)
  }
}

/// The fewest samples.
@c @implementation
public func lh_model_minimum_samples(
  _ model: OpaquePointer?, _ count: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<lh_error>?
) -> lh_status {
  tell(model, count, "count", initially: 0, error) { $0.model.minimumSampleCount }
}

/// Parameters.
@c @implementation
public func lh_model_parameter_count(
  _ model: OpaquePointer?, _ count: UnsafeMutablePointer<UInt64>?, _ error: UnsafeMutablePointer<lh_error>?
) -> lh_status {
  tell(model, count, "count", initially: 0, error) {
    UInt64($0.model.parameterCount)
  }
}

/// The precision.
@c @implementation
public func lh_model_precision(
  _ model: OpaquePointer?, _ precision: UnsafeMutablePointer<Int32>?, _ error: UnsafeMutablePointer<lh_error>?
) -> lh_status {
  tell(model, precision, "precision", initially: 0, error) { Int32($0.model.precision.code) }
}

/// The description as JSON.
@c @implementation
public func lh_model_description(
  _ model: OpaquePointer?, _ json: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
  _ error: UnsafeMutablePointer<lh_error>?
) -> lh_status {
  tell(model, json, "json", initially: nil, error) { $0.description.start }
}

/// The instruction set.
@c @implementation
public func lh_model_instruction_set(
  _ model: OpaquePointer?, _ name: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
  _ error: UnsafeMutablePointer<lh_error>?
) -> lh_status {
  tell(model, name, "name", initially: nil, error) { $0.instructionSet.start }
}
