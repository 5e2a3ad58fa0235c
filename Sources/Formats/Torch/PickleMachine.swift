/// Runs a pickle's instructions on a stack of inert values.
///
/// Nothing is imported, called or built: a class is a name, a call is a node that records it. Each instruction does
/// work in proportion to the bytes it reads and the values it takes off the stack, so that a pickle's cost is bounded
/// by its size; and `CheckpointLimits` bound the memory and the time.
struct PickleMachine {
  let path: String
  var reader: ByteReader
  let start: Int
  var stack: [PickleValue] = []
  var marks: [Int] = []
  /// What was remembered, by number; nil where nothing was.
  var memo: [PickleValue?] = []
  var memoCount = 0
  var nodes: [PickleNode] = []
  var persistentNodes: [Int] = []
  var byteStrings: [(count: Int, first: [UInt8])] = []
  var valueCount = 0
  /// Where the frame ends that the next instruction is in.
  var frameEnd: Int?
  var opcodeByte: UInt8?
  var opcodePosition: Int

  /// Runs the pickle that begins where `reader` stands, up to its STOP.
  static func run(path: String, reader: ByteReader) throws(CheckpointFault) -> Pickle {
    var machine = PickleMachine(path: path, reader: reader)
    return try machine.run()
  }

  private init(path: String, reader: ByteReader) {
    self.path = path
    self.reader = reader
    start = reader.position
    opcodePosition = reader.position
  }

  private mutating func run() throws(CheckpointFault) -> Pickle {
    for _ in 0..<CheckpointLimits.instructions {
      opcodePosition = reader.position
      opcodeByte = nil
      try checkFrame()
      let byte = try need(reader.byte(), 1)
      opcodeByte = byte
      guard let opcode = PickleOpcode(rawValue: byte) else { throw bad(PickleOpcode.words(forUnsupported: byte)) }
      if opcode == .stop {
        let root = try pop()
        guard stack.isEmpty, marks.isEmpty else { throw bad("more than one value is left at the end") }
        guard frameEnd == nil || frameEnd == reader.position else {
          throw bad("a frame that does not end with the pickle")
        }
        return Pickle(
          nodes: nodes, root: root, byteStrings: byteStrings, persistentNodes: persistentNodes, end: reader.position)
      }
      try execute(opcode)
    }
    throw .pickleTooLarge(path: path, limit: CheckpointLimits.instructions, what: "instructions")
  }

  private mutating func execute(_ opcode: PickleOpcode) throws(CheckpointFault) {
    switch opcode {
    case .stop: break
    case .proto:
      let version = try need(reader.byte(), 1)
      guard version <= 5 else { throw bad("protocol \(version), expected 0 to 5") }
      guard opcodePosition == start else { throw bad("a protocol number that does not stand at the beginning") }
    case .frame:
      let length = try need(reader.integer(UInt64.self), 8)
      guard length <= reader.remaining else {
        throw truncated(length > Int.max ? nil : Int(length))
      }
      guard length > 0 else { throw bad("a frame of no bytes") }
      guard frameEnd == nil else { throw bad("a frame inside a frame") }
      frameEnd = reader.position + Int(length)

    case .mark:
      try count()
      guard marks.count < CheckpointLimits.marks else { throw tooLarge(CheckpointLimits.marks, "marks at a time") }
      marks.append(stack.count)
    case .pop:
      if stack.count > floor { stack.removeLast() } else { _ = try popToMark() }
    case .popMark: _ = try popToMark()
    case .dup: try push(try top())

    case .none: try push(.none)
    case .newtrue: try push(.bool(true))
    case .newfalse: try push(.bool(false))
    case .binint: try push(.integer(Int(try need(reader.integer(Int32.self), 4))))
    case .binint1: try push(.integer(Int(try need(reader.byte(), 1))))
    case .binint2: try push(.integer(Int(try need(reader.integer(UInt16.self), 2))))
    case .long1: try push(try long(byteCount: Int(try need(reader.byte(), 1))))
    case .long4: try push(try long(byteCount: try length(Int32.self)))
    case .binfloat: try push(.number(Double(bitPattern: try need(reader.integer(UInt64.self), 8).byteSwapped)))
    case .int, .long: try push(try textInteger())
    case .float: try push(try textNumber())
    case .string: try push(.string(try quotedText()))
    case .unicode: try push(.string(try rawUnicodeText()))
    case .binstring: try push(.string(try byteText(try length(Int32.self))))
    case .shortBinstring: try push(.string(try byteText(try length(UInt8.self))))
    case .binunicode: try push(.string(try text(try length(UInt32.self))))
    case .shortBinunicode: try push(.string(try text(try length(UInt8.self))))
    case .binunicode8: try push(.string(try text(try length(UInt64.self))))
    case .binbytes: try pushBytes(count: try length(UInt32.self))
    case .shortBinbytes: try pushBytes(count: try length(UInt8.self))
    case .binbytes8, .bytearray8: try pushBytes(count: try length(UInt64.self))

    case .emptyTuple: try push(.tuple)
    case .tuple1: try push(.tuple, try pop(1))
    case .tuple2: try push(.tuple, try pop(2))
    case .tuple3: try push(.tuple, try pop(3))
    case .tuple: try push(.tuple, try popToMark())
    case .emptyList: try push(.list)
    case .list: try push(.list, try popToMark())
    case .emptySet: try push(.set)
    case .frozenset: try push(.set, try popToMark())
    case .emptyDict: try push(.dictionary)
    case .dict: try push(.dictionary, entries: try pairs(try popToMark()))
    case .append: try append(try pop(1))
    case .appends: try append(try popToMark())
    case .additems: try append(try popToMark())
    case .setitem: try setItems(try pop(2))
    case .setitems: try setItems(try pairs(try popToMark()))

    case .get: try push(try recall(try lineNumber()))
    case .binget: try push(try recall(Int(try need(reader.byte(), 1))))
    case .longBinget: try push(try recall(Int(try need(reader.integer(UInt32.self), 4))))
    case .put: try remember(at: try lineNumber())
    case .binput: try remember(at: Int(try need(reader.byte(), 1)))
    case .longBinput: try remember(at: Int(try need(reader.integer(UInt32.self), 4)))
    case .memoize: try remember(at: memoCount)

    case .global:
      let module = try line()
      try pushGlobal(module: module, name: try line())
    case .stackGlobal:
      let name = try pop()
      guard case .string(let module) = try pop(), case .string(let name) = name else {
        throw bad("a class whose name is not text")
      }
      try pushGlobal(module: module, name: name)
    case .reduce, .newobj:
      let arguments = try pop()
      try pushObject(of: try pop(), arguments: arguments)
    case .newobjEx:
      _ = try pop()
      let arguments = try pop()
      try pushObject(of: try pop(), arguments: arguments)
    case .inst:
      let module = try line()
      let name = try line()
      let arguments = try popToMark()
      try pushGlobal(module: module, name: name)
      let callable = try pop()
      try push(.tuple, arguments)
      try pushObject(of: callable, arguments: try pop())
    case .obj:
      let parts = try popToMark()
      guard let callable = parts.first else { throw bad("an object without a class") }
      try push(.tuple, Array(parts.dropFirst()))
      try pushObject(of: callable, arguments: try pop())
    case .build: try build(state: try pop())
    case .persid: throw bad("a reference to something outside the file that is no storage")
    case .binpersid: try pushPersistent(try pop())
    }
  }
}
