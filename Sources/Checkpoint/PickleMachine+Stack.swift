extension PickleMachine {
  /// A fault at the instruction that is being run.
  func bad(_ problem: String) -> CheckpointFault {
    .badPickle(path: path, problem: problem, opcode: opcodeByte, position: opcodePosition - start)
  }

  /// The fault of an instruction that needs bytes beyond the end.
  func truncated(_ expected: Int?) -> CheckpointFault {
    .truncated(
      path: path, part: "the pickle", position: reader.position, expected: expected, available: reader.remaining)
  }

  /// What the reader gave, or the fault that `expected` bytes are not there.
  func need<Value>(_ value: Value?, _ expected: Int?) throws(CheckpointFault) -> Value {
    guard let value else { throw truncated(expected) }
    return value
  }

  /// Counts one more value, memo entry or mark.
  mutating func count() throws(CheckpointFault) {
    valueCount += 1
    guard valueCount <= PickleMachine.valueLimit else {
      throw .pickleTooLarge(path: path, limit: PickleMachine.valueLimit)
    }
  }

  /// The stack's height at the last mark: what lies below is out of reach.
  var floor: Int { marks.last ?? 0 }

  mutating func push(_ value: PickleValue) throws(CheckpointFault) {
    try count()
    stack.append(value)
  }

  mutating func push(_ kind: PickleNode.Kind, _ elements: [PickleValue] = [], entries: [PickleValue] = [])
    throws(CheckpointFault)
  {
    try push(.node(nodes.count))
    nodes.append(PickleNode(kind: kind, elements: elements, entries: entries))
  }

  func top() throws(CheckpointFault) -> PickleValue {
    guard stack.count > floor, let value = stack.last else { throw bad("a value is needed, but the stack is empty") }
    return value
  }

  mutating func pop() throws(CheckpointFault) -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  /// The last `count` values, in the order in which they were pushed.
  mutating func pop(_ count: Int) throws(CheckpointFault) -> [PickleValue] {
    guard stack.count - floor >= count else { throw bad("\(count) values are needed, but the stack has fewer") }
    let values = Array(stack.suffix(count))
    stack.removeLast(count)
    return values
  }

  /// The values since the last mark, which is taken away.
  mutating func popToMark() throws(CheckpointFault) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw bad("a mark is needed, but there is none") }
    let values = Array(stack[mark...])
    stack.removeLast(values.count)
    return values
  }

  func pairs(_ values: [PickleValue]) throws(CheckpointFault) -> [PickleValue] {
    guard values.count.isMultiple(of: 2) else { throw bad("a key without a value") }
    return values
  }

  /// The node that an instruction changes: the last value on the stack.
  func topNode() throws(CheckpointFault) -> Int {
    guard case .node(let index) = try top() else { throw bad("a number, text or the like cannot be changed") }
    return index
  }

  mutating func append(_ values: [PickleValue]) throws(CheckpointFault) {
    let index = try topNode()
    switch nodes[index].kind {
    case .list, .set, .object: nodes[index].elements.append(contentsOf: values)
    default: throw bad("elements are added to something that is not a list")
    }
  }

  mutating func setItems(_ values: [PickleValue]) throws(CheckpointFault) {
    let index = try topNode()
    switch nodes[index].kind {
    case .dictionary, .object: nodes[index].entries.append(contentsOf: values)
    default: throw bad("items are set in something that is not a dictionary")
    }
  }

  mutating func build(state: PickleValue) throws(CheckpointFault) {
    nodes[try topNode()].state = state
  }

  mutating func recall(_ place: Int) throws(CheckpointFault) -> PickleValue {
    guard let value = memo[place] else { throw bad("nothing was remembered as number \(place)") }
    return value
  }

  mutating func remember(at place: Int) throws(CheckpointFault) {
    try count()
    memo[place] = try top()
  }

  mutating func pushGlobal(module: String, name: String) throws(CheckpointFault) {
    // Names are put together each time that they are asked for.
    guard module.utf8.count + name.utf8.count <= 1000 else { throw bad("a class with a name of over 1000 bytes") }
    try push(.global(module: module, name: name))
  }

  mutating func pushObject(of callable: PickleValue, arguments: PickleValue) throws(CheckpointFault) {
    guard case .node = callable else { throw bad("something that is not a class or function is called") }
    guard case .node(let index) = arguments, case .tuple = nodes[index].kind else {
      throw bad("the arguments of a call are not a tuple")
    }
    try push(.object(callable: callable, arguments: arguments))
  }

  mutating func pushPersistent(_ reference: PickleValue) throws(CheckpointFault) {
    persistentNodes.append(nodes.count)
    try push(.persistent(reference))
  }
}
