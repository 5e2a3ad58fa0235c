import Glibc
import LHSystem
import LHTestSupport
import LHTorch
import Testing

/// What a state dict may not hold, and files that change while they are read.
@Suite struct StateDictRulesTests {
  /// The fault of a state dict under "model" with a tensor and what `append` adds.
  private func stateDictFault(_ append: (inout PickleWriter) -> Void) throws -> CheckpointFault? {
    var pickle = PickleWriter()
    pickle.dictionary { pickle in
      pickle.string("model")
      pickle.dictionary { pickle in
        pickle.string("weight")
        appendTensor(to: &pickle)
        append(&pickle)
      }
    }
    pickle.stop()
    return try fault(
      opening: zipFile(pickle: pickle.bytes, storages: [[UInt8]](repeating: [UInt8](repeating: 0, count: 8), count: 2)))
  }

  private func appendTensor(
    to pickle: inout PickleWriter, key: String = "0", className: String = "FloatStorage", count: Int = 2,
    shape: [Int] = [2],
    strides: [Int] = [1]
  ) {
    pickle.call("torch._utils", "_rebuild_tensor_v2") { pickle in
      pickle.tuple { pickle in
        pickle.string("storage")
        pickle.global("torch", className)
        pickle.string(key)
        pickle.string("cpu")
        pickle.integer(count)
      }
      pickle.raw("Q")
      pickle.integer(0)
      pickle.tuple(shape)
      pickle.tuple(strides)
    }
  }

  private func expectBadTensor(_ name: String, _ words: String, _ append: (inout PickleWriter) -> Void) throws {
    let fault = try stateDictFault(append)
    guard case .badTensor(_, name, let problem) = fault, problem.contains(words) else {
      Issue.record("\(words): \(String(describing: fault))")
      return
    }
  }

  @Test func `Plain data beside tensors is ignored`() throws {
    let fault = try stateDictFault { pickle in
      pickle.string("count")
      pickle.integer(3)
      pickle.string("layer._extra_state")
      pickle.call("_io", "BytesIO")
      pickle.string("list")
      pickle.list { $0.none() }
    }
    #expect(fault == nil)
  }

  @Test(arguments: ["numpy.core.multiarray", "numpy._core.multiarray"])
  func `A NumPy number, a dtype and a date beside tensors are ignored, and can be asked for`(module: String) throws {
    var pickle = PickleWriter()
    pickle.dictionary { pickle in
      pickle.string("model")
      pickle.dictionary { pickle in
        pickle.string("weight")
        appendTensor(to: &pickle)
        pickle.string("steps")
        pickle.call(module, "scalar") { pickle in
          pickle.call("numpy", "dtype") { $0.string("i8") }
          pickle.call("_codecs", "encode") { pickle in
            pickle.string("\u{5}\0\0\0\0\0\0\0")
            pickle.string("latin1")
          }
        }
        pickle.string("dtype")
        pickle.global("torch", "float16")
        pickle.string("saved")
        pickle.call("datetime", "datetime") { $0.string("\u{7}") }
        pickle.string("none")
        pickle.none()
      }
    }
    pickle.stop()
    let checkpoint = try open(
      zipFile(pickle: pickle.bytes, storages: [[UInt8](repeating: 0, count: 8)]))
    #expect(checkpoint.tensorNames == ["weight"])
    #expect(checkpoint.otherEntry("steps") == "an object of \(module).scalar")
    #expect(checkpoint.otherEntry("dtype") == "torch.float16")
    #expect(checkpoint.otherEntry("none") == "None" && checkpoint.otherEntry("weight") == nil)
  }

  @Test func `Functions of NumPy and PyTorch that do more than make numbers are refused`() throws {
    for (module, function) in [
      ("numpy.lib.npyio", "load"), ("numpy", "load"), ("torch", "load"), ("torch.hub", "load"),
    ] {
      try expectBadTensor("bias", "\(module).\(function)") { pickle in
        pickle.string("bias")
        pickle.call(module, function) { $0.string("a.npy") }
      }
    }
  }

  @Test func `A strange function in a tensor's place is refused by its name`() throws {
    try expectBadTensor("bias", "posix.system") { pickle in
      pickle.string("bias")
      pickle.call("posix", "system") { $0.string("true") }
    }
    try expectBadTensor("bias", "builtins.eval") { pickle in
      pickle.string("bias")
      pickle.call("torch._utils", "_rebuild_parameter") { $0.call("builtins", "eval") }
    }
    try expectBadTensor("bias", "posix.system") { pickle in
      pickle.string("bias")
      pickle.global("posix", "system")
    }
  }

  @Test func `What is set in a tensor, or stands beside it in the older container, is refused`() throws {
    try expectBadTensor("bias", "items") { pickle in
      pickle.string("bias")
      appendTensor(to: &pickle)
      pickle.raw("K\u{0}K\u{0}s")
    }
    try expectBadTensor("bias", "a state") { pickle in
      pickle.string("bias")
      pickle.call("torch._utils", "_rebuild_parameter") { pickle in
        appendTensor(to: &pickle)
        pickle.raw("}b")
      }
    }
    try expectBadTensor("bias", "reaches beyond") { pickle in
      pickle.string("bias")
      appendTensor(to: &pickle, key: "1", className: "ByteStorage", count: 8, shape: [9])
    }
    try expectBadTensor("bias", "has a storage of 8 bytes") { pickle in
      pickle.string("bias")
      appendTensor(to: &pickle, key: "1", className: "ByteStorage", count: 4, shape: [4])
    }
    let magic: [UInt8] = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]
    let fault = try fault(
      opening: [0x80, 2] + magic + Array("M\u{e9}".utf8.dropLast(2)) + [0xe9, 3, 0x2e]
        + Array("cposix\nsystem\n.".utf8) + Array("}.].".utf8))
    #expect(
      fault?.description.contains("names posix.system, expected numbers") == true, "\(String(describing: fault))")
  }

  @Test func `Names that are no text, or occur twice, are refused`() throws {
    try expectBadTensor("number 5", "not text") { pickle in
      pickle.integer(5)
      appendTensor(to: &pickle)
    }
    try expectBadTensor("weight", "twice") { pickle in
      pickle.string("weight")
      appendTensor(to: &pickle)
    }
  }

  @Test func `A storage of which the pickle says two things is refused`() throws {
    for (className, count) in [("IntStorage", 2), ("FloatStorage", 1)] {
      let fault = try stateDictFault { pickle in
        pickle.string("other")
        appendTensor(to: &pickle, className: className, count: count, shape: [1])
      }
      guard case .badTensor(_, "other", let problem) = fault, problem.hasSuffix("weight for 2 numbers of float32")
      else {
        Issue.record("\(String(describing: fault))")
        continue
      }
    }
  }

  @Test func `Tensors that come to more than the file are refused`() throws {
    // One that repeats two numbers 2^40 times, and many that share a storage.
    let repeated = try stateDictFault { pickle in
      pickle.string("repeated")
      appendTensor(to: &pickle, shape: [1 << 40], strides: [0])
    }
    var writer = CheckpointWriter()
    let storage = writer.addStorage([Float](repeating: 1, count: 1 << 18))
    for index in 0..<6 { writer.addTensor("shared.\(index)", storage: storage, shape: [512, 512]) }
    let shared = try fault(opening: writer.file())
    for fault in [repeated, shared] {
      guard case .tensorsTooLarge = fault else {
        Issue.record("\(String(describing: fault))")
        continue
      }
    }
  }

  @Test func `Keys that occur twice are refused everywhere`() throws {
    let twice: [(inout PickleWriter) -> Void] = [
      { pickle in
        for _ in 0..<2 {
          pickle.string("cfg")
          pickle.dictionary { _ in }
        }
      },
      { pickle in
        pickle.string("cfg")
        pickle.dictionary { pickle in
          for value in 0..<2 {
            pickle.string("a")
            pickle.integer(value)
          }
        }
      },
      { pickle in
        pickle.string("cfg")
        pickle.dictionary { pickle in
          pickle.string("5")
          pickle.none()
          pickle.integer(5)
          pickle.none()
        }
      },
      { pickle in
        pickle.string("cfg")
        pickle.dictionary { pickle in
          pickle.string("inner")
          pickle.object("omegaconf.nodes", "AnyNode") { pickle in
            for value in 0..<2 {
              pickle.string("_val")
              pickle.integer(value)
            }
          }
        }
      },
    ]
    for (index, append) in twice.enumerated() {
      let fault = try fault(opening: checkpoint(with: append).file())
      #expect(fault?.description.contains("twice") == true, "\(index): \(String(describing: fault))")
    }
  }

  @Test(arguments: CheckpointWriter.Container.allCases)
  func `A file that was cut or written to after it was opened is a fault`(container: CheckpointWriter.Container) throws
  {
    var writer = CheckpointWriter()
    writer.container = container
    writer.addTensor("weight", [Float](repeating: 1, count: 1 << 16), shape: [1 << 16])
    try withTemporaryFolder { folder in
      let path = folder + "/a.pt"
      writer.write(to: path)
      let checkpoint = try Checkpoint(path: path)
      #expect(truncate(path, 5000) == 0)
      let changed = CheckpointFault.unreadable(.changed(path: path))
      #expect(throws: changed) { try checkpoint.tensor("weight") }
      #expect(throws: changed) { try checkpoint.readContents { _ in } }
      #expect(throws: changed) { try checkpoint.checkUnchanged() }
      #expect(changed.kind == .inputOutput)
    }
  }

  @Test func `Legacy files end with their last storage, and say what each is`() throws {
    var writer = CheckpointWriter()
    writer.container = .legacy
    writer.addTensor("weight", [1, 2], shape: [2])
    let fault = try fault(opening: writer.file() + [0])
    guard case .badContainer(_, let problem) = fault, problem.hasPrefix("1 bytes stand behind") else {
      Issue.record("\(String(describing: fault))")
      return
    }
  }

  @Test func `A pickle larger than the first part that is read is read too`() throws {
    var writer = CheckpointWriter()
    writer.container = .legacy
    writer.addTensor("weight", [1, 2], shape: [2])
    writer.addEntries = { pickle in
      pickle.string("notes")
      pickle.list { pickle in
        for index in 0..<5 { pickle.string(String(repeating: "\(index)", count: 1 << 19)) }
      }
    }
    #expect(try open(writer.file()).tensorNames == ["weight"])
    writer.addEntries = { pickle in
      pickle.string("notes")
      pickle.list { pickle in
        for index in 0..<9 { pickle.string(String(repeating: "\(index)", count: 1 << 20)) }
        for index in 0..<9 { pickle.string(String(repeating: "\(index)", count: 1 << 20)) }
      }
    }
    for container in CheckpointWriter.Container.allCases {
      writer.container = container
      guard case .pickleTooLarge = try fault(opening: writer.file()) else {
        Issue.record("18 MB of text in a \(container) file were not refused")
        continue
      }
    }
  }

  static let tooLarge: [(name: String, bytes: [UInt8])] = [
    ("text of 2 MiB", Array("X".utf8) + [0, 0, 0x20, 0] + [UInt8](repeating: 0x61, count: 2 << 20) + [0x2e]),
    ("line of 2 MiB", Array("V".utf8) + [UInt8](repeating: 0x61, count: 2 << 20) + [0x0a, 0x2e]),
    ("integer of 65 bytes", [0x8a, 65] + [UInt8](repeating: 1, count: 65) + [0x2e]),
    ("stack", [UInt8](repeating: 0x4e, count: 1 << 17 + 1)), ("marks", [UInt8](repeating: 0x28, count: 1 << 12 + 1)),
    ("values", Array(repeating: [0x4e, 0x30], count: 1 << 18 + 1).flatMap { $0 }),
    // In frames of a byte each, a value and its removal.
    (
      "instructions",
      Array(
        repeating: [0x95, 1, 0, 0, 0, 0, 0, 0, 0, 0x4e, 0x95, 1, 0, 0, 0, 0, 0, 0, 0, 0x30], count: 1 << 17 + 1
      ).flatMap { $0 }
    ),
  ]

  @Test(arguments: tooLarge.indices) func `More than any pickle has is refused`(index: Int) throws {
    let (name, bytes) = Self.tooLarge[index]
    let fault = try fault(opening: zipFile(pickle: bytes))
    switch fault {
    case .pickleTooLarge: break
    default: Issue.record("\(name): \(String(describing: fault))")
    }
  }
}
