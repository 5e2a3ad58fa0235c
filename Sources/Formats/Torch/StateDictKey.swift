/// Where in a saved dictionary the dictionary of tensors is.
///
/// The published code writes "model", and "state_dict" is as old; they come first, in this order. Other programs have
/// other keys: of those exactly one may hold tensors, since nothing says which of two is meant.
struct StateDictKey {
  /// The key; nil when the saved dictionary itself holds the tensors.
  let name: String?
  /// The other known keys under which there are tensors too, which are not read.
  let others: [String]

  /// The keys of the published code and of PyTorch's own examples.
  static let published = ["model", "state_dict"]
  /// Those of other programs: PyTorch's tutorials, s3prl, DeepSpeed, training loops by hand.
  static let known = [
    "model_state_dict", "model_state", "model_weight", "model_weights", "model_dict", "weights", "module", "net",
    "network", "Upstream", "Distiller",
  ]
  /// Averages of the weights over the training's steps, which stand beside them; read when there is nothing else.
  static let averages = [
    "ema", "model_ema", "ema_model", "ema_state_dict", "state_dict_ema", "model_ema_state_dict", "ema_model_state_dict",
  ]

  /// The key among those of a saved dictionary.
  init(of entries: [PickleValue], in pickle: Pickle, path: String) throws(CheckpointFault) {
    func holdTensors(_ keys: [String]) -> [String] {
      keys.filter { key in
        guard let value = pickle.entry(key, of: entries), let inner = pickle.entries(value) else { return false }
        return pickle.holdsTensors(inner)
      }
    }
    let published = holdTensors(StateDictKey.published)
    let known = holdTensors(StateDictKey.known)
    let averages = holdTensors(StateDictKey.averages)
    if let first = published.first {
      name = first
      others = published.dropFirst() + known + averages
      return
    }
    let candidates = known.isEmpty ? averages : known
    guard candidates.count <= 1 else {
      throw .ambiguousStateDict(path: path, keys: candidates.map { "\"\($0)\"" })
    }
    name = candidates.first
    others = known.isEmpty ? [] : averages
  }
}

extension Pickle {
  /// Whether an entry of a dictionary is a tensor.
  func holdsTensors(_ entries: [PickleValue]) -> Bool {
    stride(from: 1, to: entries.count, by: 2).contains { TensorRecord(entries[$0], in: self) != nil }
  }

  /// The keys of a dictionary and what is under each, in words for a message: the first few of them.
  func keyWords(of entries: [PickleValue]) -> String {
    let limit = 12
    var words: [String] = []
    for index in stride(from: 0, to: entries.count - 1, by: 2).prefix(limit) {
      let key = StorageReference.key(entries[index]).map { "\"\($0.prefix(64))\"" } ?? self.words(entries[index])
      words.append("\(key) (\(entryWords(entries[index + 1])))")
    }
    let rest = entries.count / 2 - words.count
    return words.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }

  private func entryWords(_ value: PickleValue) -> String {
    if TensorRecord(value, in: self) != nil { return "a tensor" }
    guard let entries = entries(value) else { return words(value) }
    guard holdsTensors(entries) else { return "a dictionary" }
    // A pickle may refer to a large dictionary from each of its keys.
    guard entries.count <= 1 << 12 else { return "a dictionary with tensors" }
    let count = stride(from: 1, to: entries.count, by: 2).count { TensorRecord(entries[$0], in: self) != nil }
    return count == 1 ? "a dictionary of 1 tensor" : "a dictionary of \(count) tensors"
  }
}
