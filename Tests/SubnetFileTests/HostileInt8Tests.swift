import LHModel
import LHSubnetFile
import LHSupernet
import LHSupernetCheckpoint
import LHTestSupport
import Testing

/// Files of version 2 whose checksums are right, and whose bfloat16 and int8 tensors are wrong.
@Suite struct HostileInt8Tests {
  static let forged = ForgedFile(try! TestSubnet.int8Bytes())
  /// A convolution [8, 8, 3] with outliers 0 and 7.
  static let name = "feature_extractor.conv_layers.1.0.weight"
  static let place = TestSubnet.layout.firstIndex { $0.name == name }!
  static let valueCount = 8 * 8 * 3
  static let size = valueCount + 8 * 3 * 2 * 4 + 2 * 4
  static let bias = TestSubnet.layout.firstIndex { $0.name == "encoder.layers.0.fc1.bias" }!
  static let position = TestSubnet.layout.firstIndex { $0.name == "encoder.pos_conv.0.weight" }!

  @Test func theForgeryItselfIsSound() { #expect(firstFault(in: Self.forged.bytes) == nil) }

  @Test(arguments: tableCases + payloadCases) func isRefused(hostile: HostileCase) {
    var file = Self.forged
    hostile.spoil(&file)
    #expect(firstFault(in: file.bytes) == hostile.fault)
    #expect(!hostile.fault.description.contains("\n"))
  }

  /// What is wrong in a payload is found by all that read it.
  @Test(arguments: payloadCases) func isRefusedInParts(hostile: HostileCase) throws {
    var file = Self.forged
    hostile.spoil(&file)
    let reader = try open(file.bytes)
    #expect(throws: hostile.fault) {
      for tensor in reader.layout.tensors { try reader.forEachPart(of: tensor.role, rowsAtOnce: 2) { _, _ in } }
    }
    if case .wrongInt8(_, let tensor, .outliers) = hostile.fault {
      #expect(throws: hostile.fault) { _ = try reader.outliers(of: reader.role(named: tensor)) }
    }
  }

  private static func fault(_ problem: Int8Problem) -> SubnetFileFault {
    .wrongInt8(path: "memory", tensor: name, problem)
  }

  private static func wrongType(_ index: Int) -> SubnetFileFault {
    .wrongElementType(path: "memory", tensor: TestSubnet.layout[index].name, name: "int8")
  }

  static let tableCases: [HostileCase] = [
    HostileCase("an old version", .unsupportedElementType(path: "memory", tensor: name, name: "int8", version: 1)) {
      $0.version = 1
    },
    HostileCase("type 5", .unknownElementType(path: "memory", tensor: name, code: 5)) { $0.entries[place].type = 5 },
    HostileCase("outliers of another type", .reservedBytes(path: "memory", tensor: TestSubnet.layout[bias].name)) {
      $0.entries[bias].reserved = 1
    },
    HostileCase("as many outliers as channels", fault(.outlierCount(found: 8, channels: 8))) {
      $0.entries[place].reserved = 8
    },
    HostileCase("the most outliers", fault(.outlierCount(found: 0xffff_ffff, channels: 8))) {
      $0.entries[place].reserved = .max
    },
    HostileCase(
      "outliers more", .wrongSize(path: "memory", tensor: name, found: UInt64(size), expected: "\(size + 4)")
    ) { $0.entries[place].reserved = 3 },
    HostileCase(
      "no outliers",
      .wrongSize(path: "memory", tensor: name, found: UInt64(size), expected: "\(valueCount + 8 * 3 * 4)")
    ) { $0.entries[place].reserved = 0 },
    HostileCase("bytes as bfloat16", .wrongSize(path: "memory", tensor: name, found: UInt64(size), expected: "384")) {
      $0.entries[place].type = 3
      $0.entries[place].reserved = 0
    },
    HostileCase("int8 of one axis", wrongType(bias)) { $0.entries[bias].type = 4 },
    HostileCase("int8 of four axes", wrongType(place)) {
      $0.entries[place].rank = 4
      $0.entries[place].shape = [8, 8, 3, 1]
      $0.layOut()
    },
    HostileCase("an int8 tensor above a gigabyte", .tensorTooLarge(path: "memory", tensor: name)) {
      $0.entries[place].shape = [1 << 28, 2, 1]
    },
    HostileCase("scales above a gigabyte", .tensorTooLarge(path: "memory", tensor: name)) {
      $0.entries[place].shape = [1 << 27, 2, 1]
      $0.entries[place].reserved = 1
    },
    HostileCase("int8 where the layout has none", wrongType(position)) {
      // [32, 8, 5]
      $0.entries[position].type = 4
      $0.replacePayload(position, with: [UInt8](repeating: 0, count: 32 * 8 * 5 + 32 * 5 * 4))
    },
  ]

  static let payloadCases: [HostileCase] = [
    HostileCase("a value of -128", fault(.value(index: 100))) { $0.change(100, to: [0x80]) },
    HostileCase("a last value of -128", fault(.value(index: valueCount - 1))) { $0.change(valueCount - 1, to: [0x80]) },
    HostileCase("an infinite scale", fault(.scale(index: 0, bits: 0x7f80_0000))) {
      $0.change(valueCount, to: [0, 0, 0x80, 0x7f])
    },
    HostileCase("a scale that is no number", fault(.scale(index: 1, bits: 0x7fc0_0000))) {
      $0.change(valueCount + 4, to: [0, 0, 0xc0, 0x7f])
    },
    HostileCase("a negative scale", fault(.scale(index: 47, bits: 0xbf80_0000))) {
      $0.change(valueCount + 47 * 4, to: [0, 0, 0x80, 0xbf])
    },
    HostileCase("a negative zero", fault(.scale(index: 2, bits: 0x8000_0000))) {
      $0.change(valueCount + 8, to: [0, 0, 0, 0x80])
    },
    HostileCase(
      "a scale too large", fault(.scale(index: 0, bits: (Float.greatestFiniteMagnitude / 127).bitPattern))
    ) {
      let bits = (Float.greatestFiniteMagnitude / 127).bitPattern
      $0.change(valueCount, to: (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) })
    },
    HostileCase("outliers falling", fault(.outliers)) { $0.change(size - 8, to: [7, 0, 0, 0, 0, 0, 0, 0]) },
    HostileCase("outliers alike", fault(.outliers)) { $0.change(size - 8, to: [7, 0, 0, 0, 7, 0, 0, 0]) },
    HostileCase("an outlier beyond the channels", fault(.outliers)) { $0.change(size - 4, to: [8, 0, 0, 0]) },
    HostileCase("the largest outlier", fault(.outliers)) { $0.change(size - 4, to: [0xff, 0xff, 0xff, 0xff]) },
  ]

  /// The same, compressed.
  @Test func isRefusedInAFrame() throws {
    var file = ForgedFile(try TestSubnet.int8Bytes(level: 3))
    var payload = Self.forged.payloads[Self.place]
    payload.replaceSubrange(Self.valueCount - 150..<Self.valueCount, with: repeatElement(0x80, count: 150))
    file.replacePayload(
      Self.place, with: try #require(try payload.withUnsafeBytes { try ZstdFrame.compress($0, level: 3) }))
    file.entries[Self.place].encoding = 1
    let fault = Self.fault(.value(index: Self.valueCount - 150))
    #expect(firstFault(in: file.bytes) == fault)
    let reader = try open(file.bytes)
    #expect(throws: fault) { try reader.forEachPart(of: reader.role(named: Self.name), rowsAtOnce: 3) { _, _ in } }
    #expect(try reader.outliers(of: reader.role(named: Self.name)) == [0, 7])
  }

  /// Of the smallest tensor whose values do not end at a multiple of 4.
  @Test func paddingIsWatched() throws {
    let config = Int8FileTests.oddConfig
    let layout = SubnetLayout(config: config, architecture: TestSubnet.architecture).tensors
    let index = try #require(layout.firstIndex { $0.name == Self.name })
    let writer = SubnetWriter(
      .subnet(config: config, architecture: TestSubnet.architecture), provenance: TestSubnet.provenance(.int8))
    let bytes = try withTemporaryFolder { folder in
      _ = try writer.write(to: folder + "/a.lhb", sourceDigest: { TestSubnet.digest }, values: TestSubnet.fill)
      return readBytes(folder + "/a.lhb")
    }
    for place in 189..<192 {
      var file = ForgedFile(bytes)
      var payload = file.payloads[index]
      payload[place] = 1
      file.replacePayload(index, with: payload)
      #expect(firstFault(in: file.bytes) == Self.fault(.padding))
    }
  }
}

extension ForgedFile {
  /// Changes bytes of the convolution's payload.
  fileprivate mutating func change(_ place: Int, to bytes: [UInt8]) {
    var payload = payloads[HostileInt8Tests.place]
    payload.replaceSubrange(place..<place + bytes.count, with: bytes)
    replacePayload(HostileInt8Tests.place, with: payload)
  }
}
