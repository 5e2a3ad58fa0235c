import LHTestSupport
import Testing

@Suite struct CalibrateTests {
  private let tiny = Fixture.path("golden/tiny.pt")
  private let mixed = Fixture.path("golden/arch-mixed.json")
  private let audio = ["a", "b"].map { Fixture.path("golden/audio/speech-\($0).wav") }

  private func extract(_ arguments: [String]) -> ProgramResult {
    runProgram("lhb-extract", arguments, environment: ["SOURCE_DATE_EPOCH": "1700000000"])
  }

  @Test func `Recordings decide which channels are outliers`() {
    withTemporaryFolder { folder in
      let options = ["--arch", mixed, "--weights", "int8"]
      let plain = extract(options + [tiny, folder + "/plain.lhb"])
      #expect(plain.status == 0, "\(plain.errors)")
      for (name, arguments) in [
        ("a", options + ["--calibrate"] + audio + ["--", tiny]), ("b", ["--calibrate"] + audio + options + [tiny]),
      ] {
        let result = extract(arguments + [folder + "/\(name).lhb"])
        #expect(result.status == 0 && result.errors.contains("outliers"), "\(result.errors)")
      }
      #expect(readBytes(folder + "/a.lhb") == readBytes(folder + "/b.lhb"))
      #expect(readBytes(folder + "/a.lhb") != readBytes(folder + "/plain.lhb"))
    }
  }

  @Test func `An error of 0 leaves every layer in bfloat16, and the summary says so`() {
    withTemporaryFolder { folder in
      let result = extract(["--arch", mixed, "--weights", "int8", "--max-error", "0", tiny, folder + "/a.lhb"])
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.errors.contains("in bfloat16"), "\(result.errors)")
      #expect(!result.errors.contains(" as int8"), "\(result.errors)")
    }
  }

  @Test func `Wrong use is one line that says what is right`() {
    let short = Fixture.path("golden/audio/too-short.wav")
    withTemporaryFolder { folder in
      let output = folder + "/a.lhb"
      for (options, status, words) in [
        (["--calibrate", audio[0]], 64, ["--calibrate is for --weights int8"]),
        (["--max-error", "0.1"], 64, ["--max-error is for --weights int8"]),
        (["--weights", "bf16", "--max-error", "0.1"], 64, ["--max-error is for --weights int8"]),
        (["--weights", "int8", "--max-error", "-1"], 64, ["--max-error"]),
        (["--weights", "int8", "--max-error", "nan"], 64, ["--max-error"]),
        (["--weights", "int8", "--calibrate", folder + "/none.wav"], 66, ["none.wav"]),
        (["--weights", "int8", "--calibrate", mixed], 65, ["arch-mixed.json"]),
        (["--weights", "int8", "--calibrate", audio[0], short], 65, ["too-short.wav", "399 samples"]),
      ] as [([String], Int32, [String])] {
        let result = extract(options + ["--arch", mixed, tiny, output])
        #expect(result.status == status, "\(options): \(result.errors)")
        #expect(result.output.isEmpty && result.errors.split(separator: "\n").count == 1, "\(result.errors)")
        for word in words { #expect(result.errors.contains(word), "\(word) in \(result.errors)") }
      }
      #expect(filesInFolder(folder) == [])
    }
  }
}
