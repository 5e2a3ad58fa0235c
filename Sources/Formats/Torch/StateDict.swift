internal import LHSystem

/// The tensors of a checkpoint by name, each held against its storage.
struct StateDict {
  /// Names in the order of the file.
  private(set) var names: [String] = []
  private(set) var tensors: [String: StoredTensor] = [:]

  /// What the entries are that are no tensors, by name, in words.
  private(set) var others: [String: String] = [:]
  /// The key of the dictionary in the saved one; nil when that itself holds the tensors.
  private(set) var key: String?
  /// Other known keys under which there are tensors, which are not read.
  private(set) var unusedKeys: [String] = []

  /// Finds the dictionary of tensors: under a key that is known, or the whole object.
  init(_ container: Container) throws(CheckpointFault) {
    let pickle = container.pickle
    guard let top = pickle.entries(pickle.root) else {
      if let name = pickle.moduleName(pickle.root) { throw .savedModule(path: container.path, name: name, place: "") }
      throw .missingStateDict(path: container.path, found: pickle.words(pickle.root))
    }
    if let key = pickle.repeatedKey(of: top) {
      throw .badPickle(
        path: container.path, problem: "the key \(key) twice in the saved dictionary", opcode: nil, position: pickle.end
      )
    }
    let place = try StateDictKey(of: top, in: pickle, path: container.path)
    key = place.name
    unusedKeys = place.others
    if let key, let value = pickle.entry(key, of: top), let entries = pickle.entries(value) {
      try read(entries, container, isWholeObject: false)
    } else {
      try read(top, container, isWholeObject: true)
    }
    guard names.isEmpty else { return }
    throw StateDict.missing(top, container)
  }

  /// Why a saved dictionary without tensors has none: what is under the keys where they should be, and which keys it
  /// has.
  private static func missing(_ top: [PickleValue], _ container: Container) -> CheckpointFault {
    let pickle = container.pickle
    var found: [String] = []
    for key in StateDictKey.published + StateDictKey.known {
      guard let value = pickle.entry(key, of: top) else { continue }
      if let name = pickle.moduleName(value) {
        return .savedModule(path: container.path, name: name, place: " under \"\(key)\"")
      }
      if let entries = pickle.entries(value) {
        let keys = entries.isEmpty ? "" : ", whose keys are \(pickle.keyWords(of: entries))"
        found.append("no tensor under \"\(key)\"\(keys)")
      } else {
        found.append("\(pickle.words(value)) under \"\(key)\"")
      }
    }
    if found.isEmpty {
      let keys = top.isEmpty ? "" : ": \(pickle.keyWords(of: top))"
      found.append("a dictionary of \(top.count / 2) other things\(keys)")
    }
    return .missingStateDict(path: container.path, found: found.joined(separator: " and "))
  }

  private mutating func read(
    _ entries: [PickleValue], _ container: Container, isWholeObject: Bool
  ) throws(CheckpointFault) {
    let limit = 4 * container.file.byteCount + CheckpointLimits.sharedBytes
    var byteCount = 0
    var stranger: CheckpointFault?
    // The first tensor that refers to a storage.
    var users: [String: (tensor: String, reference: StorageReference)] = [:]
    for index in stride(from: 0, to: entries.count - 1, by: 2) {
      let (key, value) = (entries[index], entries[index + 1])
      guard case .string(let name) = key, let record = TensorRecord(value, in: container.pickle) else {
        stranger = stranger ?? StateDict.refusal(key, value, container)
        if case .string(let name) = key, name.utf8.count <= CheckpointLimits.nameBytes {
          others[name] = container.pickle.plainObject(value) ?? container.pickle.words(value)
        }
        continue
      }
      if case .strided(let reference, _, _, _, _) = record {
        let first = users[reference.key] ?? (name, reference)
        guard first.reference.format == reference.format, first.reference.count == reference.count else {
          throw .badTensor(
            path: container.path, tensor: name,
            problem: "takes the storage \(reference.key) for \(reference.words), \(first.tensor) for"
              + " \(first.reference.words)")
        }
        users[reference.key] = first
      }
      let tensor = try StoredTensor(name: name, record, container)
      guard tensors.updateValue(tensor, forKey: name) == nil else {
        throw .badTensor(path: container.path, tensor: name, problem: "occurs twice")
      }
      names.append(name)
      // Each is at most Int.max, and the sum so far at most the limit.
      let (sum, overflow) = byteCount.addingReportingOverflow(tensor.byteCount)
      guard !overflow, sum <= limit else {
        throw .tensorsTooLarge(path: container.path, tensor: name, byteCount: overflow ? .max : sum, limit: limit)
      }
      byteCount = sum
    }
    // Beside its tensors a file may hold any object; a dictionary of tensors may not.
    if !isWholeObject && !names.isEmpty, let stranger { throw stranger }
  }

  /// Why an entry has no place in a dictionary of tensors; nil when it is plain data, or what a module asked PyTorch to
  /// keep beside its tensors.
  private static func refusal(_ key: PickleValue, _ value: PickleValue, _ container: Container) -> CheckpointFault? {
    let pickle = container.pickle
    guard case .string(let name) = key else {
      return .badTensor(
        path: container.path, tensor: "number \(StorageReference.key(key) ?? "of another kind")",
        problem: "has a name that is not text")
    }
    guard !name.hasSuffix("_extra_state"), pickle.entries(value) == nil, pickle.elements(value) == nil,
      pickle.plainObject(value) == nil, let function = pickle.call(value)?.name ?? pickle.name(value)
    else { return nil }
    return .badTensor(
      path: container.path, tensor: name,
      problem: "is made by \(function), which is not a function of PyTorch that makes tensors")
  }
}
