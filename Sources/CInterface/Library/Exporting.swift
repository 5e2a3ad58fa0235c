public import CLightHuBERT
import LHExport
import LHTensors
import LightHuBERT

/// Writes a model for other programs.
@c @implementation
public func lh_export(
  _ modelPath: UnsafePointer<CChar>?, _ form: Int32, _ outputPath: UnsafePointer<CChar>?,
  _ options: UnsafePointer<lh_export_options>?, _ error: UnsafeMutablePointer<lh_error>?
) -> lh_status {
  report(to: error) { () throws(CallFault) in
    let model = try text(modelPath, "model_path", limit: LH_MAX_PATH_LENGTH)
    let output = try text(outputPath, "output_path", limit: LH_MAX_PATH_LENGTH)
    let options = try LightHuBERTC.options(options, else: lh_export_options())
    let form = try ExportForm(form)
    let exportOptions = try ExportOptions(options, form)
    try mappingFaults { () throws(ExportFault) in
      _ = try ModelExport(contentsOf: model).write(
        form, to: output, options: exportOptions,
        progress: progressFunction(options.progress, options.progress_data))
    }
  }
}

extension ExportForm {
  fileprivate init(_ number: Int32) throws(CallFault) {
    switch Int(number) {
    case LH_EXPORT_HUGGING_FACE: self = .huggingFace
    case LH_EXPORT_ONNX: self = .onnx
    case LH_EXPORT_SAFETENSORS: self = .safetensors
    default: throw CallFault(LH_INVALID_ARGUMENT, "form is \(number), expected 1 to 3")
    }
  }
}

extension ExportOptions {
  fileprivate init(_ options: lh_export_options, _ form: ExportForm) throws(CallFault) {
    func need(_ isDefault: Bool, _ field: String, _ only: ExportForm) throws(CallFault) {
      guard isDefault || form == only else {
        throw CallFault(LH_INVALID_ARGUMENT, "\(field) is not 0, which is for \(only.name) and not for \(form.name)")
      }
    }
    try need(options.weights == LH_WEIGHTS_AUTO, "weights", .safetensors)
    try need(options.pad == 0, "pad", .huggingFace)
    try need(options.hidden_states == 0, "hidden_states", .onnx)
    try need(options.projected_layer == 0, "projected_layer", .onnx)
    try need(options.external_data == 0, "external_data", .onnx)
    guard options.projected_layer >= 0 else {
      throw CallFault(LH_INVALID_ARGUMENT, "projected_layer is \(options.projected_layer), expected 0 or a layer")
    }
    self.init(
      elementType: try choice(options.weights, among: .float32, .float32, .float16, .bfloat16, of: "weights"),
      pads: try choice(options.pad, among: false, true, of: "pad"),
      hiddenStates: try choice(options.hidden_states, among: false, true, of: "hidden_states"),
      projectedLayer: options.projected_layer == 0 ? nil : Int(options.projected_layer),
      externalData: try choice(options.external_data, among: false, true, of: "external_data"),
      replacing: options.replace != 0, tool: ("lighthubert", LH_VERSION_STRING))
  }
}
