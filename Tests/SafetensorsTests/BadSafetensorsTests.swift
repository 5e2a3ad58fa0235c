import LHSafetensors
import LHSystem
import LHTestSupport
import Testing

/// Each rule of the published format, broken.
@Suite struct BadSafetensorsTests {
  /// A file of two tensors, [2, 2] and [3].
  private static let sound: SafetensorsWriter = {
    var writer = SafetensorsWriter()
    writer.add("a", [1, 2, 3, 4], shape: [2, 2])
    writer.add("b", [5, 6, 7], shape: [3])
    return writer
  }()

  private static func entry(_ type: String, _ shape: String, _ offsets: String) -> String {
    "{\"dtype\":\(type),\"shape\":\(shape),\"data_offsets\":\(offsets)}"
  }

  /// What opening bytes throws.
  private static func fault(_ bytes: [UInt8]) -> SafetensorsFault? {
    withTemporaryFolder { folder in
      let path = folder + "/a.safetensors"
      writeBytes(bytes, to: path)
      do throws(SafetensorsFault) {
        _ = try SafetensorsFile(path: path)
        return nil
      } catch {
        #expect(error.description.hasPrefix("\(path): "), "\(error)")
        #expect(!error.description.unicodeScalars.contains { $0.properties.generalCategory == .control })
        return error
      }
    }
  }

  /// What opening the sound file with another second entry throws.
  private static func fault(second text: String) -> SafetensorsFault? {
    var writer = sound
    writer.entries[1].text = text
    return fault(writer.file())
  }

  @Test func `The sound file is taken`() { #expect(Self.fault(Self.sound.file()) == nil) }

  @Test func `A missing file is a missing input`() {
    let fault = #expect(throws: SafetensorsFault.self) { try SafetensorsFile(path: "/nowhere/a.safetensors") }
    #expect(fault?.kind == .missingInput)
  }

  @Test func `The length of the header is checked`() {
    let whole = Self.sound.file()
    for count in 0..<8 {
      guard case .truncated(_, let expected, let found) = Self.fault(Array(whole[..<count])) else {
        Issue.record("\(count) bytes are a file")
        continue
      }
      #expect(expected == 8 && found == count)
    }
    for count in [8, 9, 20, whole.count - 29] {
      guard case .truncated = Self.fault(Array(whole[..<count])) else {
        Issue.record("\(count) bytes are a file")
        continue
      }
    }
    for length in [UInt64.max, 1 << 63, 1 << 32, (16 << 20) + 1] as [UInt64] {
      var writer = Self.sound
      writer.length = length
      guard case .headerTooLong(_, length, 16 << 20) = Self.fault(writer.file()) else {
        Issue.record("a length of \(length) is taken")
        continue
      }
    }
    var longer = Self.sound
    longer.length = 16 << 20
    guard case .truncated(_, (16 << 20) + 8, _) = Self.fault(longer.file()) else {
      Issue.record("a header that is longer than its file is taken")
      return
    }
    // One byte fewer cuts the closing brace off, one more takes a byte of data in.
    for difference in [-1, 1] {
      var writer = Self.sound
      writer.length = UInt64(Self.sound.header.utf8.count + difference)
      #expect(Self.fault(writer.file()) != nil)
    }
    var none = SafetensorsWriter()
    none.length = 0
    guard case .notSafetensors = Self.fault(none.file(header: "")) else {
      Issue.record("an empty header is taken")
      return
    }
  }

  @Test(arguments: [" {}", "[]", "\u{feff}{}", "\n{}", "null", "x"])
  func `The header begins with a brace`(header: String) {
    guard case .notSafetensors = Self.fault(SafetensorsWriter().file(header: header)) else {
      Issue.record("\(header) is taken")
      return
    }
  }

  @Test(arguments: [
    "{", "{}{}", "{\"a\":}", "{\"a\":1,}", "{\"a\":" + String(repeating: "[", count: 20) + "}", "{}\0", "{\"\u{0}\":1}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}",
    "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}",
    "{\"a\":1,\"\\u0061\":1}",
  ])
  func `A header that is no JSON text, or has a name twice, is malformed`(header: String) {
    guard case .malformedHeader = Self.fault(SafetensorsWriter().file(header: header)) else {
      Issue.record("\(header) is taken")
      return
    }
  }

  @Test(arguments: ["1", "null", "[]", "{\"a\":1}", "{\"a\":null}", "{\"a\":{}}"])
  func `Metadata that are no texts are refused`(metadata: String) {
    var writer = Self.sound
    writer.metadata = metadata
    guard case .badMetadata = Self.fault(writer.file()) else {
      Issue.record("\(metadata) is taken")
      return
    }
  }

  @Test(
    arguments: [
      ("1", "is no object"), ("null", "is no object"), ("[]", "is no object"), ("{}", "has no dtype"),
      (#"{"dtype":"F32","shape":[3],"data_offsets":[16,28],"x":0}"#, "a member that is not known, \"x\""),
      (entry("4", "[3]", "[16,28]"), "has no dtype"),
      (entry("\"F128\"", "[3]", "[16,28]"), "the dtype \"F128\", which is not known"),
      (entry("\"f32\"", "[3]", "[16,28]"), "the dtype \"f32\""),
      (entry("\"\"", "[3]", "[16,28]"), "the dtype \"\""),
      (entry("\"F32\"", "3", "[16,28]"), "has no shape"),
      (entry("\"F32\"", "[-3]", "[16,28]"), "has no shape"),
      (entry("\"F32\"", "[3.5]", "[16,28]"), "has no shape"),
      (entry("\"F32\"", "[\"3\"]", "[16,28]"), "has no shape"),
      (entry("\"F32\"", "[true]", "[16,28]"), "has no shape"),
      (entry("\"F32\"", "[1,1,1,1,1,1,1,1,3]", "[16,28]"), "has no shape"),
      (entry("\"F32\"", "[9223372036854775808]", "[16,28]"), "has no shape"),
      (entry("\"F32\"", "[9223372036854775807]", "[16,28]"), "is beyond any file"),
      (entry("\"F32\"", "[4294967296,4294967296]", "[16,28]"), "is beyond any file"),
      (entry("\"F32\"", "[0,4294967296,4294967296,4294967296]", "[16,28]"), "is beyond any file"),
      (entry("\"F32\"", "[3]", "12"), "has no data_offsets"),
      (entry("\"F32\"", "[3]", "[16]"), "has no data_offsets"),
      (entry("\"F32\"", "[3]", "[16,28,28]"), "has no data_offsets"),
      (entry("\"F32\"", "[3]", "[28,16]"), "has no data_offsets"),
      (entry("\"F32\"", "[3]", "[-4,8]"), "has no data_offsets"),
      (entry("\"F32\"", "[3]", "[16.0,\"28\"]"), "has no data_offsets"),
      (entry("\"F32\"", "[3]", "[16,9223372036854775807]"), "has no data_offsets"),
      (entry("\"F32\"", "[2]", "[16,28]"), "has 12 bytes, expected 8"),
      (entry("\"F16\"", "[3]", "[16,28]"), "has 12 bytes, expected 6"),
      (entry("\"F64\"", "[3]", "[16,28]"), "has 12 bytes, expected 24"),
      (entry("\"F32\"", "[]", "[16,28]"), "has 12 bytes, expected 4"),
      (entry("\"F32\"", "[3,0]", "[16,28]"), "has 12 bytes, expected 0"),
    ])
  func `An entry that makes no sense is refused by name`(text: String, words: String) {
    guard let fault = Self.fault(second: text), case .badTensor(_, "b", let problem) = fault else {
      Issue.record("\(text) is taken")
      return
    }
    #expect(problem.contains(words), "\(problem)")
    #expect(fault.kind == .badData && fault.description.contains("the tensor b "))
  }

  @Test func `Holes and overlaps are refused`() {
    for (offsets, found, expected) in [
      ("[17,29]", 17, 16), ("[20,32]", 20, 16), ("[15,27]", 15, 16), ("[0,12]", 0, 12), ("[4,16]", 4, 16),
    ] {
      guard
        case .wrongPlace(_, _, found, expected) = Self.fault(second: Self.entry("\"F32\"", "[3]", offsets))
      else {
        Issue.record("\(offsets): \(String(describing: Self.fault(second: Self.entry("\"F32\"", "[3]", offsets))))")
        continue
      }
    }
    // A hole before the first.
    var writer = Self.sound
    writer.entries[0].text = Self.entry("\"F32\"", "[1]", "[12,16]")
    guard case .wrongPlace(_, "a", 12, 0) = Self.fault(writer.file()) else {
      Issue.record("a hole before the first tensor is taken")
      return
    }
    // A tensor without elements inside another.
    writer = Self.sound
    writer.add("c", [], shape: [0])
    writer.entries[2].text = Self.entry("\"F32\"", "[0]", "[8,8]")
    guard case .wrongPlace = Self.fault(writer.file()) else {
      Issue.record("a tensor inside another is taken")
      return
    }
  }

  @Test func `The file ends with the last tensor`() {
    var writer = Self.sound
    writer.trailing = [0]
    guard case .trailingBytes = Self.fault(writer.file()) else {
      Issue.record("a byte behind the last tensor is taken")
      return
    }
    guard case .truncated = Self.fault(Array(Self.sound.file().dropLast())) else {
      Issue.record("a file that is cut off is taken")
      return
    }
    var none = SafetensorsWriter()
    none.trailing = [1, 2]
    guard case .trailingBytes = Self.fault(none.file()) else {
      Issue.record("bytes without a tensor are taken")
      return
    }
  }

  @Test func `A name in a message is short and has no control characters`() {
    var writer = SafetensorsWriter()
    writer.add("\\u001b[2J\\n" + String(repeating: "x", count: 5000), "F33", shape: [0], bytes: [])
    #expect((Self.fault(writer.file())?.description.utf8.count ?? 9999) < 400)
  }
}
