import LHTestSupport
import LHTorch
import Testing

/// What a state dict may not hold.
@Suite struct StateDictRulesTests {
  /// A state dict under "model" with a tensor and what `append` adds.
  private func stateDict(_ append: (inout PickleWriter) -> Void) -> [UInt8] {
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
    return zipFile(pickle: pickle.bytes, storages: [[UInt8]](repeating: [UInt8](repeating: 0, count: 8), count: 2))
  }

  private func stateDictFault(_ append: (inout PickleWriter) -> Void) throws -> CheckpointFault? {
    try fault(opening: stateDict(append))
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
    let file = stateDict { pickle in
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
    let checkpoint = try open(file)
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
}
