import LHFamilies
import LHJSON
import LHSafetensors
import LHSubnetFile
import LHSystem
import LHTensors
import LHTorch

/// The files of a model, opened: a checkpoint, or weights with a Hugging Face configuration beside them.
struct PretrainedFiles: Sendable {
  /// What was found in them.
  let content: ModelFiles
  /// The weights' files.
  let weights: any WeightFiles
  /// What the model is, where its weights say that themselves as lhb-export writes them; nil elsewhere.
  let model: ModelDescription?
  /// All files that are read.
  let paths: [String]
  /// What a person should know of how they were read.
  let notes: [String]
  private let lookup: @Sendable (String) throws -> TensorView?

  /// A tensor, which is there.
  func tensor(_ name: String) throws -> TensorView {
    guard let view = try lookup(name) else { preconditionFailure("a tensor that was found is there") }
    return view
  }

  /// Finds what lies beside weights.
  ///
  /// - Parameter path: What messages call them.
  init(_ store: WeightStore, _ path: String) throws(ExtractionFault) {
    var content = ModelFiles(tensorNames: store.names, shapeOf: store.shapeOf)
    content.configurations = store.configurations
    content.stateDictKey = store.stateDictKey
    content.keyWords = store.keyWords
    var paths = store.paths
    model = try PretrainedFiles.model(store, path)
    // A checkpoint says itself what it is; weights alone need what lies beside them.
    if model == nil, store.configurations.members.isEmpty {
      let folder = store.folder
      let config = "\(folder)config.json"
      if isThere(config) {
        content.huggingFace = try PretrainedFiles.object(config)
        paths.append(config)
        content.preprocessor = try PretrainedFiles.preprocessor(folder, &paths)
      } else if store.needsConfiguration {
        throw .cause(MissingConfiguration(path: config, weights: path))
      }
    }
    self.content = content
    weights = store.files
    lookup = store.lookup
    notes = store.notes
    self.paths = paths
  }

  /// The settings of the feature extractor. transformers 5 saves them as a part of the processor's when there is one,
  /// and reads them there first.
  private static func preprocessor(
    _ folder: String, _ paths: inout [String]
  ) throws(ExtractionFault) -> ModelFiles.Preprocessor? {
    let processor = "processor_config.json"
    if isThere(folder + processor) {
      let settings = try object(folder + processor)
      for field in ["feature_extractor", "audio_processor"] {
        guard let part = settings[field]?.object else { continue }
        paths.append(folder + processor)
        return ModelFiles.Preprocessor(place: "\(processor): \(field).", fields: part)
      }
    }
    let name = "preprocessor_config.json"
    guard isThere(folder + name) else { return nil }
    paths.append(folder + name)
    return ModelFiles.Preprocessor(place: "\(name): ", fields: try object(folder + name))
  }

  private static func model(_ store: WeightStore, _ path: String) throws(ExtractionFault) -> ModelDescription? {
    guard let texts = store.texts else { return nil }
    guard texts[ModelDescription.textsKey] == ModelDescription.textsVersion else {
      throw .cause(
        BadConfiguration(
          path: path,
          problem: "is safetensors of lhb-export in another form than \(ModelDescription.textsVersion), which a newer"
            + " version may read"))
    }
    return try mappingError(of: ModelDescription(texts: texts, path: path)) { (fault: SubnetFileFault) in
      ExtractionFault.cause(fault)
    }
  }

  /// The longest configuration that is read.
  private static let configurationLimit = 1 << 20

  private static func object(_ path: String) throws(ExtractionFault) -> JSONObject {
    let wrap = { (fault: FileFault) in ExtractionFault.cause(fault) }
    let file = try mappingError(of: InputFile(path: path), to: wrap)
    guard file.byteCount <= configurationLimit else {
      throw .cause(
        BadConfiguration(path: path, problem: "has \(file.byteCount) bytes, expected at most \(configurationLimit)"))
    }
    let text = try mappingError(of: file.bytes(0..<file.byteCount), to: wrap)
    let json = try mappingError(of: JSONValue(parsing: text, depthLimit: 32)) { (fault: JSONFault) in
      ExtractionFault.cause(BadConfiguration(path: path, problem: "is not JSON: \(fault)"))
    }
    guard let object = json.object else { throw .cause(BadConfiguration(path: path, problem: "is no JSON object")) }
    return object
  }
}

/// Weights without the configuration that they need.
struct MissingConfiguration: Fault {
  let path: String
  let weights: String

  var kind: FaultKind { .missingInput }

  var description: String {
    "\(path): is not there, and \(weights) does not say what model it is; copy the config.json of the model beside it"
  }
}

/// A configuration beside weights that is none.
struct BadConfiguration: Fault {
  let path: String
  let problem: String

  var kind: FaultKind { .badData }

  var description: String { "\(path): \(problem)" }
}
