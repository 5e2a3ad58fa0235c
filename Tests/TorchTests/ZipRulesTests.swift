import LHSystem
import LHTensors
import LHTestSupport
import LHTorch
import Testing

/// Archives that two readers could read in two ways, and what PyTorch's own look like.
@Suite struct ZipRulesTests {
  /// The records of a checkpoint with one tensor.
  private func records() -> [(name: String, content: [UInt8])] {
    var writer = CheckpointWriter()
    writer.addTensor("weight", [1, 2], shape: [2])
    return [
      ("archive/data.pkl", writer.pickle()), ("archive/data/0", CheckpointWriter.encode([1, 2], as: .float32)),
      ("archive/version", Array("3\n".utf8)),
    ]
  }

  /// A checkpoint whose record `index` is added after `change`.
  private func archive(_ index: Int = 1, _ change: (inout ZipWriter) -> Void) -> [UInt8] {
    var zip = ZipWriter()
    for (place, record) in records().enumerated() {
      if place == index { change(&zip) }
      zip.add(record.name, record.content)
      zip.changes = ZipWriter.Changes()
    }
    return zip.finished()
  }

  private func expectRefusal(_ bytes: [UInt8], _ words: String, sourceLocation: SourceLocation = #_sourceLocation)
    throws
  {
    let fault = try #require(try fault(opening: bytes), "\(words)", sourceLocation: sourceLocation)
    #expect(
      fault.kind == .badData && fault.description.contains(words), "\(words): \(fault)", sourceLocation: sourceLocation)
  }

  @Test func `Every form of sizes behind the data is read`() throws {
    for descriptor in ZipWriter.Descriptor.allCases {
      let bytes = archive(0) { zip in
        zip.flags = 0x808
        zip.descriptor = descriptor
      }
      #expect(try open(bytes).tensorNames == ["weight"], "\(descriptor)")
    }
  }

  @Test func `Folders beside the records are read over`() throws {
    var zip = ZipWriter()
    zip.alignment = 1
    zip.add("archive/", [])
    for (name, content) in records().reversed() {
      zip.add(name, content)
      if name == "archive/version" { zip.add("archive/data/", []) }
    }
    zip.add("archive/empty/deeper/", [])
    let checkpoint = try open(zip.finished())
    #expect(checkpoint.tensorNames == ["weight"])
    try expectTensor("weight", of: checkpoint, .float32, shape: [2], [1, 2])
    try checkpoint.readContents { _ in }
  }

  /// Info-ZIP writes times and owners into extra fields, more of them before a record than in the directory.
  @Test func `Times and owners in extra fields are read over`() throws {
    var zip = ZipWriter()
    let owner: [UInt8] = [0x75, 0x78, 11, 0, 1, 4, 0, 0, 0, 0, 4, 0, 0, 0, 0]
    for (name, content) in [("archive/", [])] + records() {
      zip.changes.localExtra = [0x55, 0x54, 9, 0, 3] + [UInt8](repeating: 7, count: 8) + owner
      zip.changes.extra = [0x55, 0x54, 5, 0, 3] + [UInt8](repeating: 7, count: 4) + owner
      zip.add(name, content)
    }
    #expect(try open(zip.finished()).tensorNames == ["weight"])
  }

  @Test func `Folders that have content, or the name of a record, or lie elsewhere, are refused`() throws {
    for (name, content, words) in [
      ("archive/data/", [1], "is a folder, and content"), ("archive/data.pkl/", [], "archive/data.pkl/ twice"),
      ("archive/Data/0/", [], "archive/Data/0/ twice"), ("other/", [], "other/ is not in the folder of data.pkl"),
      ("/", [], "has an empty part"), ("archive//", [], "has an empty part"), ("archive/../", [], "leads out"),
    ] as [(String, [UInt8], String)] {
      var zip = ZipWriter()
      for (name, content) in records() { zip.add(name, content) }
      zip.add(name, content)
      try expectRefusal(zip.finished(), words)
    }
    // A storage without a name would be the folder itself.
    var zip = ZipWriter()
    var pickle = PickleWriter()
    pickle.raw("}U\u{6}weight")
    pickle.call("torch._utils", "_rebuild_tensor_v2") { pickle in
      pickle.raw("(U\u{7}storagectorch\nFloatStorage\nU\u{0}U\u{3}cpuK\u{0}tQK\u{0}")
      pickle.tuple([0])
      pickle.tuple([1])
    }
    pickle.raw("s")
    pickle.stop()
    zip.add("archive/data.pkl", pickle.bytes)
    zip.add("archive/data/", [])
    try expectRefusal(zip.finished(), "no record archive/data/")
  }

  @Test func `A data.pkl outside a folder is refused with what to do`() throws {
    var zip = ZipWriter()
    zip.add("data.pkl", records()[0].content)
    zip.add("data/0", records()[1].content)
    try expectRefusal(zip.finished(), "pack the folder, not what is in it")
  }

  @Test func `Sizes behind the data that lie are refused`() throws {
    for descriptor in ZipWriter.Descriptor.allCases {
      let checksum = archive { zip in
        zip.flags = 8
        zip.descriptor = descriptor
        zip.changes.descriptorChecksum = 1
      }
      try expectRefusal(checksum, "disagree about archive/data/0")
      let size = archive { zip in
        zip.flags = 8
        zip.descriptor = descriptor
        zip.changes.descriptorSize = 1
      }
      try expectRefusal(size, "disagree about archive/data/0")
    }
    try expectRefusal(
      archive { zip in
        zip.flags = 8
        zip.changes.localFlags = 8
      }, "disagree about archive/data/0")
  }

  @Test func `Local headers that contradict the directory are refused`() throws {
    let changes: [(inout ZipWriter.Changes) -> Void] = [
      { $0.localName = Array("archive/data/1".utf8) }, { $0.localName = Array("archive/data/00".utf8) },
      { $0.localChecksum = 1 }, { $0.localVersion = 20 }, { $0.localFlags = 1 << 11 }, { $0.localTime = 1 },
      { $0.localSize = 1 },
      // A zip64 field that tells another size.
      { $0.localExtra = [1, 0, 16, 0] + [UInt8](repeating: 1, count: 16) },
      { $0.localExtra = [0x99, 0, 0xff, 0xff] },
      { $0.localExtra = [UInt8](repeating: 9, count: 2) + [0, 0] + [UInt8](repeating: 0, count: 4 * 300) },
    ]
    for (index, change) in changes.enumerated() {
      let fault = try fault(opening: archive { change(&$0.changes) })
      guard case .badContainer = fault else {
        Issue.record("change \(index): \(String(describing: fault))")
        continue
      }
    }
  }

  @Test func `Directory entries with more than PyTorch writes are refused`() throws {
    try expectRefusal(archive { $0.changes.comment = [0x61] }, "has a comment")
    try expectRefusal(archive { $0.changes.extra = [1, 0, 8, 0] + [UInt8](repeating: 0, count: 8) }, "zip64")
    try expectRefusal(archive { $0.changes.extra = [9, 0, 8, 0, 1] }, "not whole")
    try expectRefusal(archive { $0.changes.checksum = 1 }, "disagree about")
  }

  @Test func `Bytes that belong to nothing are refused`() throws {
    let sound = archive { _ in }
    try expectRefusal(archive(0) { $0.changes.gap = Array("PK\u{3}\u{4}".utf8) }, "said to stand at byte 4")
    try expectRefusal(archive { $0.changes.gap = [0] }, "belong to nothing")
    try expectRefusal(sound + [0], "1 bytes stand behind")
    try expectRefusal(sound + [UInt8](repeating: 7, count: 70_000), "truncated")
    // A comment, as long as the end record says.
    var commented = sound + Array("#!/bin/sh".utf8)
    commented[sound.count - 2] = 9
    try expectRefusal(commented, "9 bytes stand behind")
    // Bytes between the records and the directory, and between that and the end record.
    var zip = ZipWriter()
    for (name, content) in records() { zip.add(name, content) }
    let records = zip.byteCount
    var padded = sound
    padded.insert(contentsOf: [0, 0], at: records)
    padded[padded.count - 6] &+= 2
    try expectRefusal(padded, "bytes behind the record archive/version")
    padded = sound
    padded.insert(contentsOf: [0, 0], at: sound.count - 22)
    try expectRefusal(padded, "does not end where its end record begins")
  }

  @Test func `Records that overlap, or stand in another order, are refused`() throws {
    // The directory's second entry is made to point at the first record.
    let sound = archive { _ in }
    let name = Array("archive/data/0".utf8)
    let entry = try #require((0..<sound.count - name.count).last { Array(sound[$0..<$0 + name.count]) == name }) - 46
    var changed = sound
    for place in 42..<46 { changed[entry + place] = 0 }
    try expectRefusal(changed, "archive/data/0 is said to stand at byte 0")
  }

  @Test func `Names that are paths or no text are refused`() throws {
    let names = [
      "archive/../data/0", "/archive/x", "archive//x", "archive/./x", "archive/", "archive\\x", "archive/a\0b",
      "archive/a\nb", "archive/\u{85}", "",
    ]
    for name in names {
      var zip = ZipWriter()
      for (name, content) in records() { zip.add(name, content) }
      zip.add(name, [1])
      try expectRefusal(zip.finished(), "name")
    }
    for name in [[0x61, 0x2f, 0xff, 0xfe], Array("archive/".utf8) + [UInt8](repeating: 0x61, count: 505)] {
      var zip = ZipWriter()
      for (name, content) in records() { zip.add(name, content) }
      zip.add(name, [1])
      try expectRefusal(zip.finished(), "name")
    }
  }

  @Test func `Names that differ in case only are refused`() throws {
    var zip = ZipWriter()
    for (name, content) in records() { zip.add(name, content) }
    zip.add("archive/Data/0", [1])
    try expectRefusal(zip.finished(), "twice")
  }

  @Test func `Checksums are verified where there are some`() throws {
    // The directory, the local header and the content go together, but not with the checksum.
    var zip = ZipWriter()
    zip.changes.localChecksum = 1
    zip.changes.checksum = 1
    for (name, content) in records() {
      zip.add(name, content)
      zip.changes = ZipWriter.Changes()
    }
    try expectRefusal(zip.finished(), "archive/data.pkl does not have its checksum")
    // PyTorch can be told to write none.
    var without = ZipWriter()
    without.hasChecksums = false
    for (name, content) in records() { without.add(name, content) }
    let checkpoint = try open(without.finished())
    #expect(checkpoint.tensorNames == ["weight"])
    try checkpoint.readContents { _ in }
  }

  @Test func `Reading all contents checks every record`() throws {
    let storage = [UInt8](repeating: 7, count: 9 << 20)
    let sound = zipFile(
      pickle: try #require(records().first).content, storages: [[0, 0, 128, 63, 0, 0, 0, 64], storage])
    var hashed = 0
    try open(sound).readContents { hashed += $0.count }
    #expect(hashed == sound.count)
    for place in [sound.count / 2, sound.count - 1000] {
      var changed = sound
      changed[place] ^= 1
      let checkpoint = try open(changed)
      #expect(throws: CheckpointFault.badChecksum(path: checkpoint.path, record: "archive/data/1")) {
        try checkpoint.readContents { _ in }
      }
    }
  }
}
