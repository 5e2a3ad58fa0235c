import LHJSON
import LHTensors
import LHTestSupport
import LHTorch
import Testing

/// Files made to break a reader: each gives a fault, in little time and memory.
@Suite struct HostileTests {
  /// Opens a checkpoint with a sound tensor and, under "cfg", what `append` appends.
  private func configurationFault(_ append: @escaping (inout PickleWriter) -> Void) throws -> CheckpointFault? {
    let writer = checkpoint { pickle in
      pickle.string("cfg")
      append(&pickle)
    }
    return try fault(opening: writer.file())
  }

  @Test(arguments: ["]q\u{1}h\u{1}a", "}q\u{1}U\u{1}ah\u{1}s", "cm\nC\n)\u{52}q\u{1}}U\u{1}ah\u{1}sb"])
  func thingsThatHoldThemselves(instructions: String) throws {
    let fault = try configurationFault { $0.raw(instructions) }
    guard case .badConfiguration = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
  }

  @Test func sharingThatGrowsWithoutBound() throws {
    // Each level holds the one below ten times: 10^40 values when they are written out.
    let fault = try configurationFault { pickle in
      pickle.raw("}U\u{1}a](K\u{1}e")
      for _ in 0..<40 { pickle.raw("q\u{1}0](" + String(repeating: "h\u{1}", count: 10) + "e") }
      pickle.raw("s")
    }
    guard case .badConfiguration = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
  }

  @Test(.timeLimit(.minutes(1))) func sharingOfWhatIsLookedThroughEachTime() throws {
    // An object whose attributes are searched, and a list that is copied, each referred to many times.
    let fault = try configurationFault { pickle in
      pickle.raw("}(U\u{1}a")
      pickle.object("omegaconf.nodes", "AnyNode") { pickle in
        pickle.string("_val")
        pickle.none()
        for index in 0..<40_000 {
          pickle.integer(index)
          pickle.none()
        }
      }
      pickle.raw("q\u{1}U\u{1}b](" + String(repeating: "h\u{1}", count: 40_000) + "eu")
    }
    guard case .badConfiguration = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
  }

  @Test(arguments: [200, 4000, 300_000]) func deepNesting(depth: Int) throws {
    let inConfiguration = try configurationFault { pickle in
      pickle.raw("}U\u{1}a" + String(repeating: "]", count: depth) + String(repeating: "a", count: depth - 1) + "s")
    }
    switch inConfiguration {
    case .badConfiguration where depth < 100_000, .pickleTooLarge where depth > 100_000: break
    default: Issue.record("\(String(describing: inConfiguration))")
    }
    // Elsewhere nobody looks at it.
    let writer = checkpoint { pickle in
      pickle.string("extra_state")
      pickle.raw(String(repeating: "(", count: depth) + String(repeating: "t", count: depth))
    }
    guard depth < 100_000 else {
      guard case .pickleTooLarge = try fault(opening: writer.file()) else {
        Issue.record("deeper than any pickler goes, and not refused")
        return
      }
      return
    }
    #expect(try open(writer.file()).tensorNames == ["weight"])
  }

  @Test(.timeLimit(.minutes(1))) func tooManyValues() throws {
    let pickle = [UInt8](repeating: UInt8(ascii: "]"), count: 3_000_000)
    let fault = try fault(opening: zipFile(pickle: pickle))
    guard case .pickleTooLarge = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
  }

  static let badPickles: [(name: String, bytes: [UInt8])] = [
    ("nothing", []), ("no stop", Array("N".utf8)), ("stop on an empty stack", Array(".".utf8)),
    ("pop of nothing", Array("0.".utf8)), ("unknown instruction", [0xff, 0x2e]), ("protocol 6", [0x80, 6, 0x4e, 0x2e]),
    ("extension registry", [0x82, 1, 0x2e]), ("out-of-band buffer", [0x97, 0x2e]),
    ("tuple without mark", Array("Nt.".utf8)), ("values below the mark", Array("N(\u{81}.".utf8)),
    ("key without value", Array("}(Nu.".utf8)), ("append to a number", Array("K\u{1}Na.".utf8)),
    ("append to a dictionary", Array("}Na.".utf8)), ("items of a list", Array("]NNs.".utf8)),
    ("call of a number", Array("K\u{1})R.".utf8)), ("arguments that are no tuple", Array("cm\nC\n]R.".utf8)),
    ("state of a number", Array("K\u{1}Nb.".utf8)), ("memo that is empty", Array("h\u{1}.".utf8)),
    ("memo of nothing", Array("q\u{1}.".utf8)), ("negative memo", Array("Np-1\n.".utf8)),
    ("class without an end", Array("cmodule".utf8)), ("class whose name is a number", [0x4b, 1, 0x4b, 1, 0x93, 0x2e]),
    ("text beyond the end", Array("X".utf8) + [0xff, 0xff, 0xff, 0xff]),
    ("text of 2^64 - 1 bytes", [0x8d] + [UInt8](repeating: 0xff, count: 8)),
    ("text of negative length", Array("T".utf8) + [0xff, 0xff, 0xff, 0xff]),
    ("long of negative length", [0x8b, 0xff, 0xff, 0xff, 0xff]), ("long beyond the end", [0x8a, 200, 1]),
    ("frame beyond the end", [0x80, 4, 0x95] + [UInt8](repeating: 0x7f, count: 8)),
    ("bad digits", Array("Ixyz\n.".utf8)), ("bad number", Array("Fxyz\n.".utf8)), ("bad quotes", Array("Sabc\n.".utf8)),
    ("bad escape", Array("S'\\q'\n.".utf8)), ("bad unicode escape", Array("V\\u12\n.".utf8)),
    ("more than one value at the end", Array("NN.".utf8)), ("a mark at the end", Array("(N.".utf8)),
    ("protocol in the middle", [0x4e, 0x30, 0x80, 2, 0x4e, 0x2e]),
    ("reference that is text", Array("Pan id\n.".utf8)), ("reference that is a number", Array("K\u{1}Q.".utf8)),
    ("reference that is no storage", Array("U\u{1}a\u{85}Q.".utf8)), ("bytes behind the end", Array("N.N".utf8)),
    ("memo of 2^31", Array("Nr".utf8) + [0, 0, 0, 0x80, 0x2e]),
    ("memo beyond Int", Array("Np99999999999999999999\n.".utf8)),
    ("frame of no bytes", [0x80, 4, 0x95] + [UInt8](repeating: 0, count: 8) + [0x4e, 0x2e]),
    ("frame in a frame", [0x80, 4, 0x95, 12, 0, 0, 0, 0, 0, 0, 0, 0x95, 1, 0, 0, 0, 0, 0, 0, 0, 0x4e, 0x2e, 0x2e]),
    ("frame that ends in an instruction", [0x80, 4, 0x95, 1, 0, 0, 0, 0, 0, 0, 0, 0x4b, 1, 0x2e]),
    ("frame that ends behind the end", [0x80, 4, 0x95, 3, 0, 0, 0, 0, 0, 0, 0, 0x4e, 0x2e, 0x4e]),
    ("class of a long name", Array("c".utf8) + [UInt8](repeating: 0x61, count: 2000) + Array("\nC\n.".utf8)),
  ]

  @Test(arguments: badPickles.indices) func badPickle(index: Int) throws {
    let (name, bytes) = Self.badPickles[index]
    let fault = try fault(opening: zipFile(pickle: bytes))
    switch fault {
    case .badPickle, .truncated: break
    default: Issue.record("\(name): \(String(describing: fault))")
    }
  }

  /// Changes the tensor of a sound checkpoint; each must give a fault that names it.
  @Test(arguments: CheckpointWriter.Container.allCases)
  func tensorsOutsideTheirStorage(container: CheckpointWriter.Container) throws {
    let bad: [(offset: Int, shape: [Int], strides: [Int])] = [
      (0, [7], [1]), (1, [6], [1]), (0, [2, 3], [4, 1]), (7, [], []), (-1, [1], [1]), (0, [-1], [1]), (0, [1], [-1]),
      (0, [1 << 62, 4], [0, 1]), (.max, [2], [1]), (0, [2], [.max]), (0, [2, 2], [1]), (1 << 61, [1], [1]),
      (0, [.max, .max], [1, 1]), (0, [0, 1 << 62], [1, 1]), (0, [0, 1 << 40, 1 << 40], [1, 1, 1]),
      (0, [Int](repeating: 1, count: 65), [Int](repeating: 1, count: 65)),
    ]
    for (offset, shape, strides) in bad {
      var writer = CheckpointWriter()
      writer.container = container
      let storage = writer.addStorage([1, 2, 3, 4, 5, 6])
      writer.addTensor("a.weight", storage: storage, offset: offset, shape: shape, strides: strides)
      let fault = try #require(try fault(opening: writer.file()), "\(offset) \(shape) \(strides)")
      switch fault {
      case .tensorOutsideStorage(_, "a.weight", _, _, _, _, 24), .badTensor(_, "a.weight", _): break
      default: Issue.record("\(offset) \(shape) \(strides): \(fault)")
      }
    }
  }

  @Test func emptyTensorsWithHugeNumbers() throws {
    for isBigEndian in [false, true] {
      var writer = CheckpointWriter()
      writer.isBigEndian = isBigEndian
      let storage = writer.addStorage([1])
      writer.addTensor("a", storage: storage, offset: .max, shape: [0], strides: [.max])
      writer.addTensor("b", storage: storage, offset: 1 << 62, shape: [0, 1 << 20, 1 << 40], strides: [1, 1, 1])
      let checkpoint = try open(writer.file())
      for name in ["a", "b"] {
        let view = try #require(try checkpoint.tensor(name))
        #expect(view.count == 0 && view.isContiguous && elementBytes(view).isEmpty)
      }
    }
  }

  @Test func storagesThatAreNotWhatThePickleSays() throws {
    // The pickle says three elements: twelve bytes.
    var pickle = PickleWriter()
    pickle.dictionary { pickle in
      pickle.string("weight")
      appendTensor(to: &pickle, count: 3, shape: [1])
    }
    pickle.stop()
    #expect(try fault(opening: zipFile(pickle: pickle.bytes, storages: [[UInt8](repeating: 0, count: 12)])) == nil)
    for size in [0, 11, 13] {
      let storage = [UInt8](repeating: 0, count: size)
      let fault = try fault(opening: zipFile(pickle: pickle.bytes, storages: [storage]))
      guard case .badTensor(_, "weight", _) = fault else {
        Issue.record("\(size) bytes: \(String(describing: fault))")
        continue
      }
    }
    guard case .missingRecord(_, "archive/data/0") = try fault(opening: zipFile(pickle: pickle.bytes)) else {
      Issue.record("a missing storage was not noticed")
      return
    }
  }
}
