public import CLightHuBERT
import LightHuBERT

/// A model that a handle names, with the texts that C callers got of it.
final class OpenModel: Sendable {
  let model: Model
  let description: CText
  let instructionSet: CText

  init(_ model: Model) {
    self.model = model
    description = CText(model.descriptionJSON)
    instructionSet = CText(model.instructionSet)
  }
}

/// Opens a file.
@c @implementation
public func lh_model_open(
  _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<lh_model_options>?,
  _ model: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<lh_error>?
) -> lh_status {
  report(to: error) { () throws(CallFault) in
    let target = try output(model, "model", initially: nil)
    let path = try text(path, "path", limit: LH_MAX_PATH_LENGTH)
    let options = try runtimeOptions(options)
    let opened = try mappingFaults { () throws(ModelFault) in try Model(contentsOf: path, options: options) }
    target.pointee = HandleTable.shared.add(OpenModel(opened))
  }
}

/// Opens a file in memory.
@c @implementation
public func lh_model_open_memory(
  _ bytes: UnsafeRawPointer?, _ size: Int, _ options: UnsafePointer<lh_model_options>?,
  _ model: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<lh_error>?
) -> lh_status {
  report(to: error) { () throws(CallFault) in
    let target = try output(model, "model", initially: nil)
    let bytes = try array(bytes?.assumingMemoryBound(to: UInt8.self), count: size, "bytes")
    let options = try runtimeOptions(options)
    let opened = try mappingFaults { () throws(ModelFault) in
      try Model(bytes: UnsafeRawBufferPointer(bytes), options: options)
    }
    target.pointee = HandleTable.shared.add(OpenModel(opened))
  }
}

/// Ends a model's handle.
@c @implementation
public func lh_model_close(_ model: OpaquePointer?) -> lh_status {
  HandleTable.shared.remove(model, as: OpenModel.self)
}
