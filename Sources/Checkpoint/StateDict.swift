internal import Tensors

/// The tensors of a checkpoint by name, each held against its storage.
struct StateDict {
  /// Names in the order of the file.
  private(set) var names: [String] = []
  private(set) var tensors: [String: StoredTensor] = [:]

  /// Finds the dictionary of tensors: under "model", under "state_dict", or the whole object.
  init(_ container: Container, file: some AnyObject & Sendable) throws(CheckpointFault) {
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
    _ entries: [PickleValue], _ container: Container, file: some AnyObject & Sendable
  ) throws(CheckpointFault) {
    var storages: [String: TensorStorage] = [:]
    for index in stride(from: 0, to: entries.count - 1, by: 2) {
      guard case .string(let name) = entries[index],
        let record = TensorRecord(entries[index + 1], in: container.pickle)
      else { continue }
      let tensor = try StoredTensor(name: name, record, container, file: file, sharing: &storages)
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
    name: String, _ record: TensorRecord, _ container: Container, file: some AnyObject & Sendable,
    sharing storages: inout [String: TensorStorage]
  ) throws(CheckpointFault) {
    switch record {
    case .malformed(let problem):
      throw .badTensor(path: container.path, tensor: name, problem: problem)
    case .other(let function):
      shape = []
      formatName = function
      view = nil
    case .strided(let reference, let format, let offset, let shape, let strides):
      self.shape = shape
      formatName = format.name
      guard let elementType = format.elementType else {
        view = nil
        return
      }
      let storage = try StoredTensor.storage(name: name, reference, container, file: file, sharing: &storages)
      view = try StoredTensor.view(
        path: container.path, name: name, elementType, shape: shape, strides: strides, offset: offset, storage)
    }
  }

  private static func view(
    path: String, name: String, _ elementType: ElementType, shape: [Int], strides: [Int], offset: Int,
    _ storage: TensorStorage
  ) throws(CheckpointFault) -> TensorView {
    guard shape.count == strides.count, shape.count <= 64, (shape + strides + [offset]).allSatisfy({ $0 >= 0 }) else {
      throw .badTensor(
        path: path, tensor: name, problem: "has shape \(shape), strides \(strides) and offset \(offset)")
    }
    guard
      let view = TensorView(
        elementType: elementType, shape: shape, strides: strides, offset: offset, storage: storage)
    else {
      throw .tensorOutsideStorage(
        path: path, tensor: name, elementType: elementType, shape: shape, strides: strides, offset: offset,
        storageBytes: storage.bytes.count)
    }
    return view
  }

  /// The storage that a tensor refers to. Tensors that refer to the same part of the same storage share it.
  private static func storage(
    name: String, _ reference: StorageReference, _ container: Container, file: some AnyObject & Sendable,
    sharing storages: inout [String: TensorStorage]
  ) throws(CheckpointFault) -> TensorStorage {
    let size = reference.format.byteCount ?? 1
    let range = try container.range(ofStorage: reference.key)
    let (byteCount, overflow) = reference.count.multipliedReportingOverflow(by: size)
    guard !overflow, byteCount == range.count else {
      throw .badTensor(
        path: container.path, tensor: name,
        problem: "has a storage of \(range.count) bytes (\(reference.key)), expected \(reference.count) elements of"
          + " \(size) bytes")
    }
    let view = reference.view ?? 0..<reference.count
    let part = range.lowerBound + view.lowerBound * size..<range.lowerBound + view.upperBound * size
    let key = "\(part.lowerBound) \(part.count)"
    if let storage = storages[key] { return storage }
    let storage = TensorStorage(bytes: UnsafeRawBufferPointer(rebasing: container.bytes[part]), owner: file)
    storages[key] = storage
    return storage
  }
}
