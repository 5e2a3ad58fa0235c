internal import Files

/// The tensors of a checkpoint by name, each held against its storage.
struct StateDict {
  /// Names in the order of the file.
  private(set) var names: [String] = []
  private(set) var tensors: [String: StoredTensor] = [:]

  /// Finds the dictionary of tensors: under "model", under "state_dict", or the whole object.
  init(_ container: Container) throws(CheckpointFault) {
    let pickle = container.pickle
    guard let top = pickle.entries(pickle.root) else {
      throw .missingStateDict(path: container.path, found: pickle.words(pickle.root))
    }
    if let key = pickle.repeatedKey(of: top) {
      throw .badPickle(
        path: container.path, problem: "the key \(key) twice in the saved dictionary", opcode: nil, position: pickle.end
      )
    }
    var found: [String] = []
    for key in ["model", "state_dict"] {
      guard let value = pickle.entry(key, of: top) else { continue }
      if let entries = pickle.entries(value) {
        try read(entries, container, isWholeObject: false)
        if !names.isEmpty { return }
        found.append("no tensor under \"\(key)\"")
      } else {
        found.append("\(pickle.words(value)) under \"\(key)\"")
      }
    }
    try read(top, container, isWholeObject: true)
    guard names.isEmpty else { return }
    if found.isEmpty { found.append("a dictionary of \(top.count / 2) other things") }
    throw .missingStateDict(path: container.path, found: found.joined(separator: " and "))
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
      let function = pickle.call(value)?.name ?? pickle.name(value)
    else { return nil }
    return .badTensor(
      path: container.path, tensor: name,
      problem: "is made by \(function), which is not a function of PyTorch that makes tensors")
  }
}
