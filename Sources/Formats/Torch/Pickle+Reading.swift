/// The closed list of classes and functions whose values are known. They are read, never called: everything else stays
/// an object with a name.
extension Pickle {
  /// The node that a value refers to.
  func node(_ value: PickleValue) -> PickleNode? {
    if case .node(let index) = value { nodes[index] } else { nil }
  }

  /// The name of a class or function, with its module.
  func name(_ value: PickleValue) -> String? {
    if case .global(let name)? = node(value)?.kind { name } else { nil }
  }

  /// What was called, and with what, to make an object: the class where `copyreg` stands between.
  func call(_ value: PickleValue) -> (name: String, arguments: [PickleValue])? {
    guard case .object(let callable, let arguments)? = node(value)?.kind, let name = name(.node(callable))
    else { return nil }
    let elements = nodes[arguments].elements
    switch name {
    case "copyreg._reconstructor", "copyreg.__newobj__":
      guard let type = elements.first, let typeName = self.name(type) else { return (name, elements) }
      return (typeName, name == "copyreg.__newobj__" ? Array(elements.dropFirst()) : [])
    default:
      return (name, elements)
    }
  }

  /// Keys and values in turn, of a dictionary of any of the standard classes; nil when the value is none.
  func entries(_ value: PickleValue) -> [PickleValue]? {
    guard let node = node(value) else { return nil }
    if case .dictionary = node.kind { return node.entries }
    guard let call = call(value) else { return nil }
    let content: PickleValue?
    switch call.name {
    case "builtins.dict", "collections.OrderedDict", "collections.Counter": content = call.arguments.first
    case "collections.defaultdict": content = call.arguments.dropFirst().first
    default: return nil
    }
    guard let content else { return node.entries }
    if case .dictionary? = self.node(content)?.kind { return (self.node(content)?.entries ?? []) + node.entries }
    guard let pairs = elements(content) else { return nil }
    var entries: [PickleValue] = []
    for pair in pairs {
      guard let pair = self.node(pair)?.elements, pair.count == 2 else { return nil }
      entries += pair
    }
    return entries + node.entries
  }

  /// The elements of a list, tuple or set of any of the standard classes; nil when the value is none.
  func elements(_ value: PickleValue) -> [PickleValue]? {
    guard let node = node(value) else { return nil }
    switch node.kind {
    case .list, .tuple, .set: return node.elements
    default: break
    }
    guard let call = call(value) else { return nil }
    switch call.name {
    case "builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset", "collections.deque", "torch.Size":
      guard let content = call.arguments.first else { return node.elements }
      switch self.node(content)?.kind {
      case .list?, .tuple?, .set?: return (self.node(content)?.elements ?? []) + node.elements
      default: return nil
      }
    default: return nil
    }
  }

  /// A key that occurs twice: a text, or a number that makes the same text; nil when there is none.
  func repeatedKey(of entries: [PickleValue]) -> String? {
    var seen: Set<String> = []
    for index in stride(from: 0, to: entries.count - 1, by: 2) {
      guard let key = StorageReference.key(entries[index]), !seen.insert(key).inserted else { continue }
      return key
    }
    return nil
  }

  /// The value of a key that is text, in a dictionary; the last when there are several.
  func entry(_ key: String, of entries: [PickleValue]) -> PickleValue? {
    var index = entries.count - 2
    while index >= 0 {
      if case .string(key) = entries[index] { return entries[index + 1] }
      index -= 2
    }
    return nil
  }

  /// The attributes that an object was given: keys and values in turn.
  ///
  /// A class with slots has a pair of them, of which the first is the dictionary.
  func attributes(_ value: PickleValue) -> [PickleValue]? {
    guard let node = node(value), case .object = node.kind else { return nil }
    if let entries = entries(node.state) { return entries }
    guard let pair = self.node(node.state), case .tuple = pair.kind, pair.elements.count == 2 else { return nil }
    return (entries(pair.elements[0]) ?? []) + (entries(pair.elements[1]) ?? [])
  }

  /// Sizes, strides and the like: a tuple of whole numbers, or a `torch.Size` of it, with no more axes than a
  /// tensor has.
  func integers(_ value: PickleValue) -> [Int]? {
    var node = node(value)
    if let call = call(value), call.name == "torch.Size" { node = call.arguments.first.flatMap { self.node($0) } }
    guard let node, node.elements.count <= CheckpointLimits.rank else { return nil }
    switch node.kind {
    case .tuple, .list: break
    default: return nil
    }
    var integers: [Int] = []
    for element in node.elements {
      guard case .integer(let integer) = element else { return nil }
      integers.append(integer)
    }
    return integers
  }

  /// A bound of the work of `call`, `entries`, `elements` and `attributes`: the sizes of all nodes that they look into.
  func weight(_ value: PickleValue) -> Int {
    func size(_ value: PickleValue?) -> Int {
      guard let node = value.flatMap({ node($0) }) else { return 0 }
      return node.elements.count + node.entries.count
    }
    guard let node = node(value) else { return 0 }
    var weight = size(value) + size(node.state)
    if case .tuple? = self.node(node.state)?.kind {
      for part in self.node(node.state)?.elements.prefix(2) ?? [] { weight += size(part) }
    }
    if case .object(_, let arguments) = node.kind {
      weight += nodes[arguments].elements.count
      for argument in nodes[arguments].elements.prefix(2) { weight += size(argument) }
    }
    return weight
  }

  /// A few words on what a value is, for a message.
  func words(_ value: PickleValue) -> String {
    switch value {
    case .none: return "None"
    case .bool, .integer, .largeInteger, .number: return "a number"
    case .string: return "text"
    case .bytes: return "bytes"
    case .node:
      if let name = name(value) { return "the class or function \(name)" }
      if let call = call(value) { return "an object of \(call.name)" }
      if entries(value) != nil { return "a dictionary" }
      return elements(value) != nil ? "a list" : "an object"
    }
  }
}
