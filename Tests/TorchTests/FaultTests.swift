import LHSystem
import LHTensors
import LHTestSupport
import LHTorch
import Testing

@Suite struct FaultTests {
  static let impostors: [(bytes: [UInt8], words: String)] = [
    ([], "an empty file"), (Array("<!DOCTYPE html><html>".utf8), "a web page"), (Array("  <HTML>".utf8), "a web page"),
    (Array("version https://git-lfs.github.com/spec/v1\noid sha256:".utf8), "a Git LFS pointer"),
    ([0x1f, 0x8b, 8, 0, 0], "gzip data"), ([0x28, 0xb5, 0x2f, 0xfd, 0], "zstd data"),
    (Array("RIFF    WAVE".utf8), "an audio file"),
    ([10, 0, 0, 0, 0, 0, 0, 0] + Array("{\"a\":{}}".utf8), "a safetensors file"),
    (Array("{\"a\": 1}".utf8), "JSON text"),
    (Array("hello, world".utf8), "text that begins with \"hello, world\""), ([1, 2, 3, 0xfe], "the bytes 01 02 03 fe"),
    ([UInt8](repeating: 0, count: 100), "all zeros"),
    (Array("PK\u{5}\u{6}".utf8) + [UInt8](repeating: 0, count: 18), "an empty zip"),
    ([0x80, 2, 0x7d, 0x2e], "a pickle that torch.save did not write"), ([0x80, 0xfe, 1], "no pickle"),
    ([0x93] + Array("NUMPY".utf8), "a NumPy array"),
  ]

  @Test(arguments: impostors.indices) func namesWhatTheFileIs(index: Int) throws {
    let (bytes, words) = Self.impostors[index]
    let fault = try #require(try fault(opening: bytes))
    guard case .notACheckpoint = fault else {
      Issue.record("\(fault)")
      return
    }
    #expect(fault.kind == .badData)
    #expect(fault.description.contains(words), "\(fault)")
  }

  /// A zip archive of records that hold nothing.
  private func archive(_ names: [String], _ change: (inout ZipWriter) -> Void = { _ in }) -> [UInt8] {
    var zip = ZipWriter()
    change(&zip)
    for name in names { zip.add(name, Array("N.".utf8)) }
    return zip.finished()
  }

  @Test func refusesOtherArchives() throws {
    let cases: [(bytes: [UInt8], words: String)] = [
      (archive(["m/data.pkl", "m/constants.pkl", "m/code/__torch__.py"]), "TorchScript"),
      (archive(["m/code/__torch__.py", "m/data.pkl"]), "TorchScript"), (archive(["a.npy", "b.npy"]), ".npz"),
      (archive(["word/document.xml"]), "without a data.pkl"), (archive(["a/data.pkl", "b/data.pkl"]), "2 data.pkl"),
      (archive(["a/data.pkl", "a/data.pkl"]), "twice"), (archive(["a/data.pkl"]) { $0.method = 8 }, "compressed"),
      (archive(["a/data.pkl"]) { $0.flags = 1 }, "encrypted"),
      (archive(["a/data.pkl", "a/byteorder"]), "byteorder is"), (archive(["data.pkl"]), "not in one folder"),
      (archive(["a/b/data.pkl"]), "not in one folder"), (archive(["a/data.pkl", "b/version"]), "folder of data.pkl"),
      (archive(["a/data.pkl"]) { $0.flags = 1 << 5 }, "flags 0x20"),
      (archive(["a/data.pkl"]) { $0.flags = 1 << 6 }, "encrypted"),
      (archive(["a/data.pkl"]) { $0.flags = 1 << 13 }, "encrypted"),
      ([UInt8](repeating: 0x20, count: 257) + Array("ustar".utf8) + [UInt8](repeating: 0, count: 250), "tar archive"),
    ]
    for (bytes, words) in cases {
      let fault = try #require(try fault(opening: bytes), "\(words)")
      #expect(fault.kind == .badData && fault.description.contains(words), "\(words): \(fault)")
    }
  }

  @Test func refusesContradictionsInTheArchive() throws {
    var writer = CheckpointWriter()
    writer.addTensor("weight", [1, 2], shape: [2])
    let sound = writer.file()
    #expect(try fault(opening: sound) == nil)
    // 22 bytes of end record: its count of records, the directory's size and its place.
    for place in [sound.count - 12, sound.count - 10, sound.count - 6, sound.count - 3] {
      var changed = sound
      changed[place] &+= 1
      #expect(try fault(opening: changed) != nil, "byte \(place) of \(sound.count)")
    }
    // The names in the local headers.
    var renamed = sound
    renamed[30] ^= 1
    guard case .badContainer = try fault(opening: renamed) else {
      Issue.record("another name in a local header was not noticed")
      return
    }
  }

  @Test func readsFlagsAsPyTorchWritesThem() throws {
    var zip = ZipWriter()
    zip.flags = 0x808
    var writer = CheckpointWriter()
    writer.addTensor("weight", [1, 2], shape: [2])
    zip.add("any name/data.pkl", writer.pickle())
    zip.add("any name/data/0", CheckpointWriter.encode([1, 2], as: .float32))
    #expect(try open(zip.finished()).tensorNames == ["weight"])
  }

  @Test func saysWhereTheStateDictShouldBe() throws {
    let cases: [(append: (inout PickleWriter) -> Void, words: String)] = [
      ({ $0.none() }, "found None"), ({ $0.list { $0.integer(1) } }, "found a list"),
      ({ $0.dictionary { _ in } }, "a dictionary of 0 other things"),
      ({ $0.object("__main__", "Net") { _ in } }, "an object of __main__.Net"),
      (
        { pickle in
          pickle.dictionary { pickle in
            pickle.string("model")
            pickle.object("__main__", "Net") { _ in }
          }
        }, "an object of __main__.Net under \"model\""
      ),
    ]
    for (append, words) in cases {
      var pickle = PickleWriter()
      append(&pickle)
      pickle.stop()
      let fault = try #require(try fault(opening: zipFile(pickle: pickle.bytes)))
      guard case .missingStateDict = fault, fault.description.contains(words) else {
        Issue.record("\(words): \(fault)")
        continue
      }
    }
  }

  @Test func wrapsTheFilesOwnFaults() throws {
    let fault = #expect(throws: CheckpointFault.self) { try Checkpoint(path: "/nowhere/at/all.pt") }
    #expect(fault?.kind == .missingInput)
    #expect(fault?.description == "/nowhere/at/all.pt: cannot be read: No such file or directory")
  }

  @Test func isOneLineOfBoundedLength() {
    let name = "a\nb" + String(repeating: "x", count: 5000)
    let fault = CheckpointFault.unsupportedElementType(path: "some.pt", tensor: name, found: "int64")
    #expect(fault.description.hasPrefix("some.pt: the tensor a\\nbxxx"))
    #expect(fault.description.utf8.count < 1100)
  }
}
