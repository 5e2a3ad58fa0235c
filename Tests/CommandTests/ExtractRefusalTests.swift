import LHTestSupport
import Testing

@Suite struct ExtractRefusalTests {
  static let tiny = Fixture.path("golden/tiny.pt")
  static let minimal = Fixture.path("golden/arch-min.json")

  /// Runs an extraction that must fail: with one line that begins with the file's path, and without any file.
  private func refuse(
    _ checkpoint: String, arch: String = minimal, _ options: [String] = [], in folder: String, status: Int32,
    naming path: String, _ words: String..., environment: [String: String] = [:]
  ) {
    let before = filesInFolder(folder)
    let result = runProgram(
      "lhb-extract", options + ["--arch", arch, checkpoint, folder + "/out.lhb"], environment: environment)
    #expect(result.status == status, "\(result.errors)")
    #expect(result.output.isEmpty)
    #expect(result.errors.hasPrefix("lhb-extract: error: \(path)"), "\(result.errors)")
    #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
    for word in words { #expect(result.errors.contains(word), "\(word) in \(result.errors)") }
    #expect(filesInFolder(folder) == before)
  }

  @Test(arguments: ["tiny", "tiny-legacy"]) func `A truncated checkpoint is one line`(name: String) {
    let bytes = readBytes(Fixture.path("golden/\(name).pt"))
    withTemporaryFolder { folder in
      let path = folder + "/cut.pt"
      for tenth in 0..<10 {
        writeBytes(Array(bytes[..<(bytes.count * tenth / 10 + (tenth == 0 ? 100 : 0))]), to: path)
        refuse(path, in: folder, status: 65, naming: path + ": ")
      }
      writeBytes(Array(bytes.dropLast()), to: path)
      refuse(path, in: folder, status: 65, naming: path + ": ")
    }
  }

  @Test func `A tensor that is missing or has another shape is named`() {
    // The container from before PyTorch 1.6 has no checksums that a change would break.
    let bytes = readBytes(Fixture.path("golden/tiny-legacy.pt"))
    withTemporaryFolder { folder in
      let path = folder + "/changed.pt"
      writeBytes(replacing("encoder.layer_norm.weight", by: "encoder.layer_norm.wei9ht", in: bytes), to: path)
      refuse(path, in: folder, status: 65, naming: path + ": ", "encoder.layer_norm.weight is missing")
      writeBytes(replacing("[(32,10,5)]", by: "[(33,10,5)]", in: bytes), to: path)
      refuse(path, in: folder, status: 65, naming: path + ": ", "has shape [32, 1, 10], expected [33, 1, 10]")
      writeBytes(replacing("[(32,10,5)]", by: "[(32,10;5)]", in: bytes), to: path)
      refuse(path, in: folder, status: 65, naming: path + ": ", "conv_feature_layers", "';'")
    }
  }

  @Test func `An output that cannot be is one line`() {
    withTemporaryFolder { folder in
      func check(_ output: String, _ options: [String] = [], status: Int32, _ words: String) {
        let result = runProgram("lhb-extract", options + ["--arch", Self.minimal, Self.tiny, output])
        #expect(result.status == status, "\(result.errors)")
        #expect(result.errors.hasPrefix("lhb-extract: error: \(output): "), "\(result.errors)")
        #expect(result.errors.contains(words) && result.errors.split(separator: "\n").count == 1, "\(result.errors)")
      }
      check(folder, status: 73, "Is a directory")
      check(folder + "/none/out.lhb", status: 73, "No such file or directory")
      check("/dev/full", ["--force"], status: 73, "not a regular file")
      check("/dev/null", ["--force"], status: 73, "not a regular file")
      check(Self.tiny, ["--force"], status: 64, "is the checkpoint itself")
      #expect(filesInFolder(folder) == [])
    }
  }

  @Test func `A wrong date of the environment is a fault of usage`() {
    withTemporaryFolder { folder in
      refuse(
        Self.tiny, in: folder, status: 64, naming: "SOURCE_DATE_EPOCH", "\"tomorrow\"",
        environment: ["SOURCE_DATE_EPOCH": "tomorrow"])
    }
  }

  @Test(arguments: ["HUP", "TERM", "KILL"]) func `A signal leaves nothing or a whole file`(signal: String) {
    withTemporaryFolder { folder in
      for delay in ["0.005", "0.02", "0.06"] {
        let output = folder + "/out.lhb"
        _ = runShell(
          "lhb-extract --force --compress 19 --arch \"$1\" \"$2\" \"$3\" & sleep $4; kill -$5 $!; wait $!",
          [Fixture.path("golden/arch-max.json"), Self.tiny, output, delay, signal])
        let files = filesInFolder(folder)
        #expect(files == [] || files == ["out.lhb"])
        if files == ["out.lhb"] { #expect(runProgram("lhb-inspect", [output]).status == 0) }
      }
    }
  }

  /// Bytes with every occurrence of a text replaced by one of the same length.
  private func replacing(_ old: String, by new: String, in bytes: [UInt8]) -> [UInt8] {
    let (old, new) = (Array(old.utf8), Array(new.utf8))
    var changed = bytes
    var count = 0
    for start in 0..<bytes.count - old.count
    where bytes[start] == old[0] && bytes[start..<start + old.count].elementsEqual(old) {
      changed.replaceSubrange(start..<start + old.count, with: new)
      count += 1
    }
    #expect(count > 0)
    return changed
  }
}
