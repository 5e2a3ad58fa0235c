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
    guard valueCount <= CheckpointLimits.values else { throw tooLarge(CheckpointLimits.values, "values") }
  }

  func tooLarge(_ limit: Int, _ what: String) -> CheckpointFault {
    .pickleTooLarge(path: path, limit: limit, what: what)
  }

  /// Instructions end where their frame ends.
  mutating func checkFrame() throws(CheckpointFault) {
    guard let end = frameEnd, reader.position >= end else { return }
    guard reader.position == end else { throw bad("an instruction that reaches beyond its frame ends") }
    frameEnd = nil
  }

  /// The stack's height at the last mark: what lies below is out of reach.
  var floor: Int { marks.last ?? 0 }

  mutating func push(_ value: PickleValue) throws(CheckpointFault) {
    try count()
    guard stack.count < CheckpointLimits.stackDepth else {
      throw tooLarge(CheckpointLimits.stackDepth, "values at a time")
    }
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
    guard place < memo.count, let value = memo[place] else { throw bad("nothing was remembered as number \(place)") }
    return value
  }

  mutating func remember(at place: Int) throws(CheckpointFault) {
    try count()
    guard place < CheckpointLimits.memoNumber else { throw bad("something is to be remembered as number \(place)") }
    let value = try top()
    if place >= memo.count { memo += Array(repeating: nil, count: place + 1 - memo.count) }
    if memo[place] == nil { memoCount += 1 }
    memo[place] = value
  }

  mutating func pushGlobal(module: String, name: String) throws(CheckpointFault) {
    guard module.utf8.count + name.utf8.count < CheckpointLimits.classNameBytes else {
      throw bad("a class with a name of over \(CheckpointLimits.classNameBytes) bytes")
    }
    let module = ["__builtin__": "builtins", "copy_reg": "copyreg"][module] ?? module
    try push(.global("\(module).\(name)"))
  }

  mutating func pushObject(of callable: PickleValue, arguments: PickleValue) throws(CheckpointFault) {
    guard case .node(let callable) = callable else { throw bad("something that is not a class or function is called") }
    guard case .node(let index) = arguments, case .tuple = nodes[index].kind else {
      throw bad("the arguments of a call are not a tuple")
    }
    try push(.object(callable: callable, arguments: index))
  }

  mutating func pushPersistent(_ reference: PickleValue) throws(CheckpointFault) {
    guard case .node(let index) = reference, case .tuple = nodes[index].kind else {
      throw bad("a reference to something outside the file that is no storage")
    }
    persistentNodes.append(nodes.count)
    try push(.persistent(index))
  }
}
