/// A pickle as instructions that can be changed one by one.
struct PickleProgram {
  struct Instruction {
    var opcode: UInt8
    /// The argument without the length before it or the line feed behind it.
    var argument: [UInt8] = []
    /// What the length is said to be besides the truth.
    var lengthLie: UInt64 = 0
  }

  var instructions: [Instruction] = []
  /// What follows the last instruction that could be read.
  var rest: [UInt8] = []

  /// How an argument is delimited.
  private enum Form {
    case fixed(Int)
    case line
    case twoLines
    /// Bytes of the length that stands before.
    case counted(Int)
  }

  private static func form(of opcode: UInt8) -> Form {
    switch opcode {
    case 0x4b, 0x68, 0x71, 0x80: .fixed(1)  // BININT1, BINGET, BINPUT, PROTO
    case 0x4d: .fixed(2)  // BININT2
    case 0x4a, 0x6a, 0x72: .fixed(4)  // BININT, LONG_BINGET, LONG_BINPUT
    case 0x47, 0x95: .fixed(8)  // BINFLOAT, FRAME
    case 0x46, 0x49, 0x4c, 0x50, 0x53, 0x56, 0x67, 0x70: .line
    case 0x63, 0x69: .twoLines  // GLOBAL, INST
    case 0x43, 0x55, 0x8a, 0x8c: .counted(1)
    case 0x42, 0x54, 0x58, 0x8b: .counted(4)
    case 0x8d, 0x8e, 0x96: .counted(8)
    default: .fixed(0)
    }
  }

  /// All of some bytes.
  init(_ bytes: ArraySlice<UInt8>) {
    var left = bytes
    while let instruction = PickleProgram.next(&left) { instructions.append(instruction) }
    rest = Array(left)
  }

  /// The pickle that bytes begin with, up to its STOP; nil when there is none.
  init?(prefixOf bytes: ArraySlice<UInt8>) {
    var left = bytes
    while let instruction = PickleProgram.next(&left) {
      instructions.append(instruction)
      if instruction.opcode == UInt8(ascii: ".") { return }
    }
    return nil
  }

  private static func next(_ bytes: inout ArraySlice<UInt8>) -> Instruction? {
    let start = bytes
    guard let opcode = bytes.popFirst() else { return nil }
    func line() -> ArraySlice<UInt8>? {
      guard let end = bytes.firstIndex(of: 0x0a) else { return nil }
      defer { bytes = bytes[(end + 1)...] }
      return bytes[..<end]
    }
    var argument: ArraySlice<UInt8>?
    switch form(of: opcode) {
    case .fixed(let count):
      argument = bytes.count >= count ? bytes.prefix(count) : nil
      bytes = bytes.dropFirst(count)
    case .line: argument = line()
    case .twoLines:
      if let first = line(), let second = line() { argument = (first + [0x0a] + second)[...] }
    case .counted(let size):
      let length = bytes.prefix(size).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      bytes = bytes.dropFirst(size)
      if let length = Int(exactly: length), length <= bytes.count {
        argument = bytes.prefix(length)
        bytes = bytes.dropFirst(length)
      }
    }
    guard let argument else {
      bytes = start
      return nil
    }
    return Instruction(opcode: opcode, argument: Array(argument))
  }

  /// One to four changes.
  mutating func mutate(_ mutator: inout Mutator) {
    for _ in 0...mutator.random(4) { change(&mutator) }
  }

  private mutating func change(_ mutator: inout Mutator) {
    guard !instructions.isEmpty else {
      instructions.append(Instruction(opcode: UInt8(ascii: "N")))
      return
    }
    let index = mutator.random(instructions.count)
    let other = mutator.random(instructions.count)
    let end = min(index + 1 + mutator.random(8), instructions.count)
    switch mutator.random(9) {
    case 0: instructions[index].argument = mutator.mutated(instructions[index].argument, growth: 16)
    case 1: instructions[index].opcode = mutator.choose(PickleProgram.opcodes)
    case 2: instructions.insert(PickleProgram.instruction(&mutator), at: index)
    case 3: instructions.removeSubrange(index..<end)
    case 4: instructions.insert(contentsOf: Array(instructions[index..<end]), at: other)
    case 5: instructions.swapAt(index, other)
    case 6: instructions[index].lengthLie = mutator.number(near: 0)
    case 7:
      // Numbers matter in shapes, strides, offsets and counts.
      let value = mutator.number(near: UInt64(mutator.random(64)))
      instructions[index] = Instruction(opcode: 0x8a, argument: littleEndian(value))
    default:
      let repeated = Array(instructions[index..<end])
      for _ in 0..<mutator.random(64) { instructions.insert(contentsOf: repeated, at: index) }
    }
  }

  private static func instruction(_ mutator: inout Mutator) -> Instruction {
    let opcode = mutator.choose(opcodes)
    switch form(of: opcode) {
    case .fixed(let count):
      return Instruction(opcode: opcode, argument: (0..<count).map { _ in UInt8(mutator.random(6)) })
    case .line:
      return Instruction(opcode: opcode, argument: Array(mutator.choose(["0", "1", "-1", "7L", "'a'", "1e9"]).utf8))
    case .twoLines: return Instruction(opcode: opcode, argument: Array(mutator.choose(names).utf8))
    case .counted: return Instruction(opcode: opcode, argument: Array(mutator.choose(words).utf8))
    }
  }

  private static let opcodes: [UInt8] =
    Array("(.012FIJKLMNPQRSTUVXabcdeghijloprstuq})]GBC".utf8) + Array(0x80...0x98)

  private static let names = [
    "collections\nOrderedDict", "torch._utils\n_rebuild_tensor_v2", "torch._utils\n_rebuild_parameter",
    "torch\nFloatStorage", "torch\nHalfStorage", "torch.storage\nUntypedStorage", "torch\nSize", "builtins\ndict",
    "builtins\nlist", "argparse\nNamespace", "omegaconf.dictconfig\nDictConfig", "omegaconf.nodes\nAnyNode",
    "copyreg\n_reconstructor", "copyreg\n__newobj__", "builtins\ngetattr", "posix\nsystem", "numpy\ndtype",
    "numpy.core.multiarray\nscalar", "_codecs\nencode", "torch._tensor\n_rebuild_from_type_v2",
  ]

  private static let words = [
    "storage", "0", "1", "cpu", "model", "state_dict", "cfg", "args", "weight", "_content", "_val", "task", "latin1",
    "f8", "encoder_layers",
  ]

  /// The program.
  var bytes: [UInt8] { instructions.flatMap(PickleProgram.bytes) + rest }

  private static func bytes(of instruction: Instruction) -> [UInt8] {
    switch form(of: instruction.opcode) {
    case .fixed(let count):
      return [instruction.opcode] + instruction.argument.prefix(count)
        + [UInt8](repeating: 0, count: max(0, count - instruction.argument.count))
    case .line, .twoLines: return [instruction.opcode] + instruction.argument + [0x0a]
    case .counted(let size):
      let length = UInt64(instruction.argument.count) &+ instruction.lengthLie
      return [instruction.opcode] + littleEndian(length)[..<size] + instruction.argument
    }
  }
}
