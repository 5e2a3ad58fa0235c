/// A reference to a storage, as the pickle gives it.
struct StorageReference {
  /// The name of the storage in the container.
  let key: String
  let format: NumberFormat
  /// Elements of the whole storage.
  let count: Int
  /// The elements that the tensor may use, when the reference is to a part of the storage.
  let view: Range<Int>?

  /// What a persistent id says; nil when it is not one of `torch.save`: ("storage", class, key, device, count) or, in
  /// the legacy container, one element more, which is None or (view key, offset, count).
  init?(_ value: PickleValue, in pickle: Pickle) {
    guard case .persistent(let id)? = pickle.node(value)?.kind, case let parts = pickle.nodes[id].elements,
      parts.count == 5 || parts.count == 6, case .string("storage") = parts[0], let type = pickle.name(parts[1]),
      let format = NumberFormat(storageClass: type), case .integer(let count) = parts[4], count >= 0,
      let key = StorageReference.key(parts[2])
    else { return nil }
    var view: Range<Int>?
    if parts.count == 6, let metadata = pickle.node(parts[5])?.elements {
      guard metadata.count == 3, case .integer(let offset) = metadata[1], case .integer(let length) = metadata[2],
        offset >= 0, length >= 0, offset <= count, length <= count - offset
      else { return nil }
      view = offset..<offset + length
    }
    self.key = key
    self.format = format
    self.count = count
    self.view = view
  }

  /// What the storage is, for a message.
  var words: String { "\(count) numbers of \(format.name)" }

  /// What the pickle says of each storage, by its name.
  ///
  /// Everything outside the pickle that it refers to must be a storage, of which all references say the same; or, in
  /// the legacy container, the source text of a class, which is not looked at.
  static func all(in pickle: Pickle, path: String) throws(CheckpointFault) -> [String: StorageReference] {
    var references: [String: StorageReference] = [:]
    for node in pickle.persistentNodes {
      guard let reference = StorageReference(.node(node), in: pickle) else {
        if isSource(node, in: pickle) { continue }
        throw .badPickle(
          path: path, problem: "a reference to something outside the file that is no storage", opcode: nil,
          position: pickle.end)
      }
      let first = references[reference.key] ?? reference
      guard first.format == reference.format, first.count == reference.count else {
        throw .badContainer(
          path: path,
          problem: "the storage \(reference.key) is \(first.words) and \(reference.words)")
      }
      references[reference.key] = first
    }
    return references
  }

  /// Whether a reference is ("module", class, file name, source text), the last two perhaps None.
  private static func isSource(_ node: Int, in pickle: Pickle) -> Bool {
    guard case .persistent(let id) = pickle.nodes[node].kind, case let parts = pickle.nodes[id].elements,
      parts.count == 4, case .string("module") = parts[0]
    else { return false }
    return pickle.name(parts[1]) != nil
  }

  /// The name of a storage: text, in old files a number.
  static func key(_ value: PickleValue) -> String? {
    switch value {
    case .string(let key): key.utf8.count <= CheckpointLimits.nameBytes ? key : nil
    case .integer(let key): String(key)
    default: nil
    }
  }
}

/// A tensor as the pickle describes it, not yet held against its storage.
enum TensorRecord {
  /// A strided look at a storage; `offset` and `strides` in elements.
  case strided(StorageReference, format: NumberFormat, offset: Int, shape: [Int], strides: [Int])
  /// A tensor of another kind (sparse, quantised, without data), with the name of the function that makes it.
  case other(String)
  /// A tensor whose description makes no sense.
  case malformed(String)

  /// The tensor that a value describes; nil when it is something else than a tensor.
  init?(_ value: PickleValue, in pickle: Pickle) {
    var value = value
    guard var call = pickle.call(value) else { return nil }
    var isWrapped = false
    // Parameters and subclasses wrap the tensor; a wrapper in a wrapper in ... is not what anything writes.
    for _ in 0..<4 {
      if let name = TensorRecord.change(to: value, in: pickle), call.name.hasPrefix("torch._utils._rebuild_") {
        self = .malformed("is given \(name) after it was made")
        return
      }
      switch call.name {
      case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
        guard let data = call.arguments.first, let inner = pickle.call(data) else {
          self = .malformed("is a parameter without a tensor")
          return
        }
        (value, call) = (data, inner)
      case "torch._tensor._rebuild_from_type", "torch._tensor._rebuild_from_type_v2":
        guard call.arguments.count >= 3, let function = pickle.name(call.arguments[0]),
          let arguments = pickle.node(call.arguments[2])?.elements
        else {
          self = .malformed("is of a subclass of Tensor, without its content")
          return
        }
        call = (function, arguments)
      case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3":
        self = TensorRecord(arguments: call.arguments, namesFormat: call.name.hasSuffix("_v3"), in: pickle)
        return
      default:
        guard call.name.hasPrefix("torch._utils._rebuild_") else {
          guard isWrapped else { return nil }
          self = .malformed("is made by \(call.name), which is not a function of PyTorch that makes tensors")
          return
        }
        self = .other(call.name)
        return
      }
      isWrapped = true
    }
    self = .malformed("is wrapped too many times")
  }

  /// What an instruction set in an object that was made already: of a tensor nothing is.
  private static func change(to value: PickleValue, in pickle: Pickle) -> String? {
    guard let node = pickle.node(value) else { return nil }
    if !node.elements.isEmpty || !node.entries.isEmpty { return "items" }
    if case .none = node.state { return nil }
    return "a state"
  }

  /// Arguments: storage, offset, shape, strides; and in the third version two more, then the format.
  private init(arguments: [PickleValue], namesFormat: Bool, in pickle: Pickle) {
    guard arguments.count >= (namesFormat ? 7 : 4), case .integer(let offset) = arguments[1],
      let shape = pickle.integers(arguments[2]), let strides = pickle.integers(arguments[3])
    else {
      self = .malformed("is not described by a storage, an offset, a shape and strides")
      return
    }
    guard let storage = StorageReference(arguments[0], in: pickle) else {
      self = .malformed("refers to a storage in a way that is not understood")
      return
    }
    var format = storage.format
    if namesFormat {
      guard let name = pickle.name(arguments[6]), name.hasPrefix("torch.") else {
        self = .malformed("does not name the format of its elements")
        return
      }
      format = NumberFormat(dtype: String(name.dropFirst("torch.".count)))
    } else if format == .untyped {
      self = .malformed("does not name the format of its elements")
      return
    }
    self = .strided(storage, format: format, offset: offset, shape: shape, strides: strides)
  }
}
