internal import Tensors

/// The tensors of a checkpoint by name, each held against its storage.
struct StateDict {
  /// Names in the order of the file.
  private(set) var names: [String] = []
  private(set) var tensors: [String: StoredTensor] = [:]

  /// Finds the dictionary of tensors: under "model", under "state_dict", or the whole object.
  init(_ container: Container, file: any AnyObject & Sendable) throws(CheckpointFault) {
    let pickle = container.pickle
    guard let top = pickle.entries(pickle.root) else {
      throw .missingStateDict(path: container.path, found: pickle.words(pickle.root))
    }
    var found: [String] = []
    for key in ["model", "state_dict"] {
      guard let value = pickle.entry(key, of: top) else { continue }
      if let entries = pickle.entries(value) {
        try read(entries, container, file: file)
        if !names.isEmpty { return }
        found.append("no tensor under \"\(key)\"")
      } else {
        found.append("\(pickle.words(value)) under \"\(key)\"")
      }
    }
    try read(top, container, file: file)
    guard names.isEmpty else { return }
    if found.isEmpty { found.append("a dictionary of \(top.count / 2) other things") }
    throw .missingStateDict(path: container.path, found: found.joined(separator: " and "))
  }

  private mutating func read(
    _ entries: [PickleValue], _ container: Container, file: any AnyObject & Sendable
  ) throws(CheckpointFault) {
    var storages = StorageCache(container, file: file)
    for index in stride(from: 0, to: entries.count - 1, by: 2) {
      guard case .string(let name) = entries[index],
        let record = TensorRecord(entries[index + 1], in: container.pickle)
      else { continue }
      let tensor = try StoredTensor(name: name, record, path: container.path, sharing: &storages)
      if tensors.updateValue(tensor, forKey: name) == nil { names.append(name) }
    }
  }
}

/// One tensor of a checkpoint: its description, and the view of its storage when the format is one of weights.
struct StoredTensor {
  let shape: [Int]
  /// The format of its elements, or what else it is.
  let formatName: String
  let view: TensorView?

  init(
    name: String, _ record: TensorRecord, path: String, sharing storages: inout StorageCache
  ) throws(CheckpointFault) {
    guard name.utf8.count <= 1000 else {
      throw .badTensor(path: path, tensor: name, problem: "has a name of over 1000 bytes")
    }
    switch record {
    case .malformed(let problem):
      throw .badTensor(path: path, tensor: name, problem: problem)
    case .other(let function):
      shape = []
      formatName = function
      view = nil
    case .strided(let reference, let format, let offset, let shape, let strides):
      self.shape = shape
      formatName = format.name
      guard shape.count == strides.count, (shape + strides + [offset]).allSatisfy({ $0 >= 0 }) else {
        throw .badTensor(path: path, tensor: name, problem: "has shape \(shape), strides \(strides), offset \(offset)")
      }
      guard let elementType = format.elementType else {
        view = nil
        return
      }
      let storage = try storages.storage(reference, of: name)
      view = TensorView(elementType: elementType, shape: shape, strides: strides, offset: offset, storage: storage)
      guard view != nil else {
        throw .tensorOutsideStorage(
          path: path, tensor: name, elementType: elementType, shape: shape, strides: strides, offset: offset,
          storageBytes: storage.bytes.count)
      }
    }
  }
}
