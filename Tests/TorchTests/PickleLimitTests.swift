import LHTestSupport
import LHTorch
import Testing

/// How much a pickle may be, and that it may be as much.
@Suite struct PickleLimitTests {
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
