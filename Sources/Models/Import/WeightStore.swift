import Glibc
import LHJSON
import LHSafetensors
import LHSubnetFile
import LHSystem
import LHTensors
import LHTorch

/// Tensors by name, in whichever files they are.
struct WeightStore: Sendable {
  let names: [String]
  let shapeOf: @Sendable (String) -> [Int]?
  /// What the elements of a tensor are, in PyTorch's words.
  let formatOf: @Sendable (String) -> String?
  let lookup: @Sendable (String) throws -> TensorView?
  let files: any WeightFiles
  let paths: [String]
  var configurations = JSONObject()
  var stateDictKey: String?
  var keyWords = ""
  var notes: [String] = []
  /// Texts of a safetensors file that say what model it is, as lhb-export writes them; nil when there are none.
  var texts: [String: String]?
  /// Whether nothing in the files tells what model it is.
  var needsConfiguration = false

  /// The folder of the files, with a slash at its end; empty for the present one.
  var folder: String {
    guard let first = paths.first, let slash = first.lastIndex(of: "/") else { return "" }
    return String(first[...slash])
  }

  /// Opens a file or the weights in a folder.
  init(_ path: String) throws(ExtractionFault) {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      self = try WeightStore(folder: path)
      return
    }
    if path.hasSuffix(".index.json") {
      self = try WeightStore(index: path)
      return
    }
    try self.init(file: path)
  }

  /// One file, a checkpoint or safetensors.
  private init(file path: String) throws(ExtractionFault) {
    let beginning: [UInt8]
    do throws(FileFault) {
      let file = try InputFile(path: path)
      beginning = try file.bytes(0..<min(file.byteCount, SafetensorsFile.recognizedSize))
    } catch {
      throw .cause(error)
    }
    // A file of that name is meant to be one, whatever is wrong with it.
    if SafetensorsFile.recognizes(beginning) || path.hasSuffix(".safetensors") {
      self.init(try WeightStore.open(SafetensorsFile.init(path:), path), path)
    } else {
      self.init(try WeightStore.open(Checkpoint.init(path:), path), path)
    }
  }

  private init(_ file: SafetensorsFile, _ path: String) {
    names = file.tensorNames
    shapeOf = { file.shape(of: $0) }
    formatOf = { file.formatName(of: $0) }
    lookup = { try file.tensor($0) }
    files = file
    paths = [path]
    let saysWhat = file.metadata[ModelDescription.textsKey] != nil
    texts = saysWhat ? file.metadata : nil
    needsConfiguration = !saysWhat
  }

  private init(_ checkpoint: Checkpoint, _ path: String) {
    names = checkpoint.tensorNames
    shapeOf = { checkpoint.summary(of: $0)?.shape }
    formatOf = { checkpoint.summary(of: $0)?.formatName }
    lookup = { try checkpoint.tensor($0) }
    files = checkpoint
    paths = [path]
    configurations = checkpoint.configurations
    stateDictKey = checkpoint.stateDictKey
    keyWords = checkpoint.keyWords
    // The keys of the forms that are known need no mention.
    notes = ["Distiller", "model_weight"].contains(checkpoint.stateDictKey) ? [] : checkpoint.notes
  }

  /// The weights of a Hugging Face folder, by transformers' own preference.
  private init(folder path: String) throws(ExtractionFault) {
    let folder = path.hasSuffix("/") ? path : path + "/"
    for name in [
      "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json",
    ]
    where isThere(folder + name) {
      self = try name.hasSuffix(".json") ? WeightStore(index: folder + name) : WeightStore(file: folder + name)
      needsConfiguration = texts == nil
      return
    }
    throw .cause(NoWeights(folder: path, others: folderNames(folder).filter(NoWeights.mayBeWeights)))
  }

  /// Several files with an index.
  private init(index path: String) throws(ExtractionFault) {
    let index = try WeightStore.open(SafetensorsIndex.init(path:), path)
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    var shards: [String: WeightStore] = [:]
    for name in index.files { shards[name] = try WeightStore(file: folder + name) }
    for (tensor, file) in index.fileOf where shards[file]?.shapeOf(tensor) == nil {
      throw .cause(
        SafetensorsFault.badIndex(
          path: path, problem: "has the tensor \(tensor.prefix(80)) in \(file), which has it not"))
    }
    var owner: [String: String] = [:]
    for file in index.files {
      for name in shards[file]?.names ?? [] {
        if let other = owner.updateValue(file, forKey: name), other != file {
          throw .cause(
            SafetensorsFault.badIndex(path: path, problem: "has the tensor \(name.prefix(80)) in \(other) and \(file)"))
        }
      }
    }
    let (stores, owners) = (shards, owner)
    names = index.files.flatMap { stores[$0]?.names ?? [] }
    shapeOf = { name in owners[name].flatMap { stores[$0]?.shapeOf(name) } }
    formatOf = { name in owners[name].flatMap { stores[$0]?.formatOf(name) } }
    lookup = { name in try owners[name].flatMap { try stores[$0]?.lookup(name) } }
    files = FileSequence(files: index.files.compactMap { stores[$0]?.files })
    paths = [path] + index.files.map { folder + $0 }
    needsConfiguration = true
  }

  private static func open<Opened, Failure: Fault>(
    _ open: (String) throws(Failure) -> Opened, _ path: String
  ) throws(ExtractionFault) -> Opened {
    do throws(Failure) {
      return try open(path)
    } catch {
      throw .cause(error)
    }
  }
}

/// A folder without weights.
struct NoWeights: Fault {
  let folder: String
  /// Files in it that may have weights under another name.
  let others: [String]

  var kind: FaultKind { .missingInput }

  var description: String {
    "\(folder): has no weights: looked for model.safetensors, model.safetensors.index.json, pytorch_model.bin and"
      + " pytorch_model.bin.index.json"
      + (others.isEmpty ? "" : "; has \(others.prefix(3).joined(separator: ", ")), name the file that is meant")
  }

  static func mayBeWeights(_ name: String) -> Bool {
    [".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".index.json"].contains { name.hasSuffix($0) }
  }
}
