public import LHSystem

/// Why a model could not be written in another form.
public enum ExportFault: Fault {
  /// A file or a folder is at fault.
  case cause(any Fault)
  /// The form has no place for what the model computes.
  case cannotExpress(path: String, form: ExportForm, what: String)
  /// Layers differ where the form has one number for all of them.
  case notUniform(path: String, layer: Int, what: String, isPaddable: Bool)
  /// A value is beyond the range of the number format.
  case outOfRange(path: String, tensor: String, element: String)
  /// The output would replace the model itself.
  case outputIsModel(path: String)
  /// The folder that would be replaced has the weights of a model that was not exported.
  case wouldReplaceModel(path: String)
  /// The model has no such layer.
  case noSuchLayer(path: String, layer: Int, count: Int)
  /// The model has no final projection.
  case noProjection(path: String)
  /// The export was cancelled by its progress function.
  case cancelled

  /// The kind of fault.
  public var kind: FaultKind {
    switch self {
    case .cause(let fault): fault.kind
    case .cannotExpress, .notUniform, .outOfRange: .badData
    case .outputIsModel, .noSuchLayer, .noProjection: .usage
    case .wouldReplaceModel: .cannotCreate
    case .cancelled: .cancelled
    }
  }

  /// One line.
  public var description: String {
    switch self {
    case .cause(let fault): fault.description
    case .cannotExpress(let path, let form, let what):
      "\(path): cannot be expressed as \(form.name): \(what)"
    case .notUniform(let path, let layer, let what, let isPaddable):
      "\(path): cannot be expressed as \(ExportForm.huggingFace.name), which has the same sizes in all layers: layer"
        + " \(layer) has \(what)"
        + (isPaddable ? " (--pad fills smaller layers up with zeros)" : "")
    case .outOfRange(let path, let tensor, let element):
      "\(path): \(tensor) has a value that is beyond the range of \(element); write float32 or bfloat16"
    case .outputIsModel(let path): "\(path): is the model itself; name another output"
    case .wouldReplaceModel(let path):
      "\(path): is not replaced, since lhb-export did not write it; name another folder"
    case .noSuchLayer(let path, let layer, let count):
      "\(path): has no layer \(layer) whose output could be projected, expected one in 1...\(count)"
    case .noProjection(let path): "\(path): has no final projection"
    case .cancelled: "cancelled"
    }
  }

  /// What was thrown while a model was written.
  init(_ error: any Error) {
    switch error {
    case let fault as ExportFault: self = fault
    case let fault as any Fault: self = .cause(fault)
    default: preconditionFailure("all errors of this package are faults: \(error)")
    }
  }
}
