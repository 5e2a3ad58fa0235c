import LHSubnetFile
import LHSupernet
import LHSystem
import Testing

/// A way to spoil a file, and the fault that must come of it.
struct HostileCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let spoil: @Sendable (inout ForgedFile) -> Void
  let fault: SubnetFileFault

  init(_ name: String, _ fault: SubnetFileFault, _ spoil: @escaping @Sendable (inout ForgedFile) -> Void) {
    testDescription = name
    self.fault = fault
    self.spoil = spoil
  }
}

/// Files whose header checksum is right, and whose header is wrong.
@Suite struct HostileFileTests {
  static let valid = try! TestSubnet.bytes()
  static let forged = ForgedFile(valid)
  static let names = TestSubnet.layout.map(\.name)
  static let first = names[0]
  static let second = names[1]
  static let size = valid.count

  @Test func theForgeryItselfIsSound() { #expect(firstFault(in: Self.forged.bytes) == nil) }

  @Test(arguments: preambleCases + tableCases) func isRefused(hostile: HostileCase) {
    var file = Self.forged
    hostile.spoil(&file)
    #expect(firstFault(in: file.bytes) == hostile.fault)
  }

  static let preambleCases: [HostileCase] = [
    HostileCase("other magic", .notASubnet(path: "memory")) { $0.magic[1] = 0x50 },
    HostileCase("line ends made Unix's", .changedAsText(path: "memory")) { $0.magic.remove(at: 4) },
    HostileCase("line end made DOS's", .changedAsText(path: "memory")) { $0.magic.insert(0x0d, at: 7) },
    HostileCase("eighth bit lost", .notASubnet(path: "memory")) { $0.magic[0] = 0x09 },
    HostileCase("newer version", .versionTooNew(path: "memory", found: 4)) { $0.version = 4 },
    HostileCase("a version that is not needed", .needlessVersion(path: "memory", found: 2, expected: 1)) {
      $0.version = 2
    },
    HostileCase("newest version", .versionTooNew(path: "memory", found: .max)) { $0.version = .max },
    HostileCase("version 0", .noSuchVersion(path: "memory", found: 0)) { $0.version = 0 },
    HostileCase("JSON too long", .tooLong(path: "memory", part: .json, found: 1 << 20 + 1, limit: 1 << 20)) {
      $0.jsonLength = 1 << 20 + 1
    },
    HostileCase("JSON longest", .tooLong(path: "memory", part: .json, found: 0xffff_ffff, limit: 1 << 20)) {
      $0.jsonLength = .max
    },
    HostileCase("table longest", .tooLong(path: "memory", part: .table, found: 0xffff_ffff, limit: 1 << 20)) {
      $0.tableLength = .max
    },
    HostileCase("JSON beyond the file", .truncated(path: "memory", found: size, expected: 40 + 1_000_000 + 3)) {
      $0.jsonLength = 1_000_000
      $0.tableLength = 3
    },
    HostileCase("file size larger", .truncated(path: "memory", found: size, expected: size + 1)) {
      $0.fileSize = UInt64(size + 1)
    },
    HostileCase("file size largest", .truncated(path: "memory", found: size, expected: .max)) { $0.fileSize = .max },
    HostileCase("file size smaller", .trailingBytes(path: "memory", found: size, expected: size - 1)) {
      $0.fileSize = UInt64(size - 1)
    },
  ]

  static let tableCases: [HostileCase] = [
    HostileCase("more tensors said", .tableLength(path: "memory", entry: names.count, expected: 32, found: 0)) {
      $0.tensorCount = UInt32(names.count + 1)
    },
    HostileCase("most tensors said", .tableLength(path: "memory", entry: names.count, expected: 32, found: 0)) {
      $0.tensorCount = .max
    },
    HostileCase(
      "fewer tensors said",
      .tableLength(
        path: "memory", entry: names.count - 1, expected: 0, found: forged.entries[names.count - 1].bytes.count)
    ) { $0.tensorCount = UInt32(names.count - 1) },
    HostileCase("bytes after the table", .tableLength(path: "memory", entry: names.count, expected: 0, found: 1)) {
      $0.tableEnd = [0]
      $0.layOut()
    },
    HostileCase("no tensors", .wrongTensorCount(path: "memory", found: 0, expected: 44)) {
      $0.entries = []
      $0.payloads = []
    },
    HostileCase("name empty", .wrongName(path: "memory", entry: 0)) {
      $0.entries[0].name = []
      $0.entries[0].nameLength = 0
    },
    HostileCase("name not UTF-8", .wrongName(path: "memory", entry: 1)) { $0.entries[1].name[3] = 0xff },
    HostileCase("names twice", .duplicateTensor(path: "memory", tensor: second)) {
      $0.entries[2].name = $0.entries[1].name
      $0.entries[2].nameLength = $0.entries[1].nameLength
      $0.layOut()
    },
    HostileCase("rank 0", .wrongAxes(path: "memory", tensor: first)) {
      $0.entries[0].rank = 0
      $0.entries[0].shape = []
    },
    HostileCase("rank 5", .wrongAxes(path: "memory", tensor: first)) {
      $0.entries[0].rank = 5
      $0.entries[0].shape = [1, 1, 8, 1, 10]
    },
    HostileCase("an axis of 0", .wrongAxes(path: "memory", tensor: first)) { $0.entries[0].shape[1] = 0 },
    HostileCase("an axis of 2^63", .tensorTooLarge(path: "memory", tensor: first)) {
      $0.entries[0].shape[0] = 1 << 63
    },
    HostileCase("a product of 2^64", .tensorTooLarge(path: "memory", tensor: first)) {
      $0.entries[0].shape = [1 << 32, 1 << 32, 1]
    },
    HostileCase("a tensor above a gigabyte", .tensorTooLarge(path: "memory", tensor: first)) {
      $0.entries[0].shape = [1 << 28, 2, 1]
    },
    HostileCase("reserved bytes", .reservedBytes(path: "memory", tensor: first)) { $0.entries[0].reserved = 1 << 31 },
    HostileCase("type 0", .unknownElementType(path: "memory", tensor: first, code: 0)) { $0.entries[0].type = 0 },
    HostileCase("type 5", .unknownElementType(path: "memory", tensor: first, code: 5)) { $0.entries[0].type = 5 },
    HostileCase(
      "type bfloat16", .unsupportedElementType(path: "memory", tensor: first, name: "bfloat16", version: 1)
    ) {
      $0.entries[0].type = 3
    },
    HostileCase("type int8", .unsupportedElementType(path: "memory", tensor: first, name: "int8", version: 1)) {
      $0.entries[0].type = 4
    },
    HostileCase("another type", .wrongSize(path: "memory", tensor: first, found: 320, expected: "160")) {
      $0.entries[0].type = 2
    },
    HostileCase("encoding 2", .unknownEncoding(path: "memory", tensor: first, code: 2)) { $0.entries[0].encoding = 2 },
    HostileCase("size 0", .wrongSize(path: "memory", tensor: first, found: 0, expected: "320")) {
      $0.entries[0].size = 0
    },
    HostileCase("size largest", .wrongSize(path: "memory", tensor: first, found: .max, expected: "320")) {
      $0.entries[0].size = .max
    },
    HostileCase("frame not smaller", .wrongSize(path: "memory", tensor: first, found: 320, expected: "fewer than 320"))
    { $0.entries[0].encoding = 1 },
    HostileCase("a hole", .wrongOffset(path: "memory", tensor: second, found: offset(1) + 64, expected: Int(offset(1))))
    { $0.entries[1].offset += 64 },
    HostileCase("an overlap", .wrongOffset(path: "memory", tensor: second, found: offset(0), expected: Int(offset(1))))
    { $0.entries[1].offset = $0.entries[0].offset },
    HostileCase(
      "no alignment", .wrongOffset(path: "memory", tensor: first, found: offset(0) + 4, expected: Int(offset(0)))
    ) { $0.entries[0].offset += 4 },
    HostileCase("an offset of 2^64", .wrongOffset(path: "memory", tensor: first, found: .max, expected: Int(offset(0))))
    { $0.entries[0].offset = .max },
    HostileCase("beyond the end", .truncated(path: "memory", found: size - 4, expected: size)) {
      $0.payloads[names.count - 1].removeLast(4)
    },
    HostileCase("a byte after the last payload", .trailingBytes(path: "memory", found: size + 1, expected: size)) {
      $0.payloads[names.count - 1].append(0)
    },
    HostileCase("another name", .wrongTensor(path: "memory", found: "X" + first.dropFirst(), expected: first)) {
      $0.entries[0].name[0] = UInt8(ascii: "X")
    },
    HostileCase("another order", .wrongTensor(path: "memory", found: names[3], expected: names[2])) {
      $0.entries.swapAt(2, 3)
      $0.payloads.swapAt(2, 3)
      $0.layOut()
    },
    HostileCase("another shape", .wrongShape(path: "memory", tensor: first, found: [8, 10, 1], expected: [8, 1, 10])) {
      $0.entries[0].shape = [8, 10, 1]
    },
    HostileCase("a tensor less", .wrongTensorCount(path: "memory", found: names.count - 1, expected: names.count)) {
      $0.entries.removeLast()
      $0.payloads.removeLast()
      $0.layOut()
    },
    HostileCase("a tensor more", .wrongTensorCount(path: "memory", found: names.count + 1, expected: names.count)) {
      $0.entries.append($0.entries[0])
      $0.entries[names.count].name[0] = UInt8(ascii: "X")
      $0.payloads.append($0.payloads[0])
      $0.layOut()
    },
  ]

  private static func offset(_ index: Int) -> UInt64 { forged.entries[index].offset }
}
