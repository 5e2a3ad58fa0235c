import Glibc
import LHTestSupport
import Testing

/// What a program may find around it that it did not ask for.
@Suite struct EnvironmentTests {
  let architecture = Fixture.path("demo/arch.json")
  let checkpoint = Fixture.path("demo/supernet.pt")
  let model = Fixture.path("versions/v1-tiny-min.lhb")
  let speech = Fixture.path("golden/audio/frames-2.wav")

  /// What lhb-features writes when nothing is wrong.
  private func features() throws -> [UInt8] {
    let result = runProgram("lhb-features", ["--model", model, speech])
    try #require(result.status == 0, "\(result.errors)")
    return result.output
  }

  @Test(arguments: ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
  func `Nothing that is meant for a closed descriptor comes into a file`(closing: String) throws {
    try withTemporaryFolder { folder in
      let (subnet, array) = (folder + "/out.lhb", folder + "/out.npy")
      let environment = ["SOURCE_DATE_EPOCH": "0"]
      // Both say something: a report, and a note about the model's waveform.
      let extraction = runShell(
        "lhb-extract --arch \"$1\" \"$2\" \"$3\" \(closing)", [architecture, checkpoint, subnet],
        environment: environment)
      #expect(extraction.status == 0, "\(extraction.errors)")
      let whole = runProgram(
        "lhb-extract", ["--quiet", "--arch", architecture, checkpoint, folder + "/whole.lhb"], environment: environment)
      #expect(whole.status == 0)
      #expect(readBytes(subnet) == readBytes(folder + "/whole.lhb"))

      let computation = runShell(
        "lhb-features --model \"$1\" \"$2\" -o \"$3\" \(closing)", [model, speech, array])
      #expect(computation.status == 0, "\(computation.errors)")
      let alone = try features()
      #expect(readBytes(array) == alone)
    }
  }

  @Test func `A closed descriptor that is needed is an error`() throws {
    let before = readBytes(model)
    let output = runShell("lhb-features --model \"$1\" \"$2\" >&-", [model, speech])
    #expect(output.status == 74 && output.errors.contains("standard output: cannot be written: Bad file descriptor"))
    let input = runShell("lhb-features --model \"$1\" - <&-", [model])
    #expect(input.status == 66, "\(input.errors)")
    #expect(input.output.isEmpty && input.errors.contains("standard input"), "\(input.errors)")
    #expect(readBytes(model) == before)
  }

  @Test func `A working folder that is gone`() throws {
    try withTemporaryFolder { folder in
      let gone = "mkdir \"$1/gone\" && cd \"$1/gone\" && rmdir \"$1/gone\" && "
      let absolute = runShell(
        gone + "lhb-features --model \"$2\" \"$3\" -o \"$1/out.npy\"", [folder, model, speech])
      #expect(absolute.status == 0, "\(absolute.errors)")
      let whole = try features()
      #expect(readBytes(folder + "/out.npy") == whole)
      for (line, status) in [
        ("lhb-features --model \"$2\" \"$3\" -o out.npy", 73), ("lhb-features --model \"$2\" a.wav", 66),
        ("lhb-features --model a.lhb \"$3\"", 66), ("lhb-inspect a.lhb", 66),
      ] as [(String, Int32)] {
        let result = runShell(gone + line, [folder, model, speech])
        #expect(result.status == status && result.errors.contains("No such file"), "\(result.errors)")
        #expect(result.output.isEmpty && result.errors.split(separator: "\n").count == 1, "\(result.errors)")
      }
    }
  }

  @Test(arguments: [
    ["TMPDIR": "/nowhere/at all"], ["TMPDIR": ""], ["HOME": ""], ["HOME": "/nowhere"], ["XDG_DATA_HOME": "relative"],
    ["LC_ALL": "xx_YY.nonsense"], ["LC_ALL": "tr_TR.UTF-8", "LANG": "de_DE"], ["LC_NUMERIC": "de_DE.UTF-8"],
    ["OPENBLAS_NUM_THREADS": "many"], ["PATH": ""], ["TZ": ":../../etc"], ["COLUMNS": "-5"],
  ])
  func `Variables full of nonsense change nothing`(variables: [String: String]) throws {
    let result = runProgram("lhb-features", ["--model", model, speech], environment: variables)
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    let whole = try features()
    #expect(result.output == whole)
  }

  @Test(.disabled(if: Sanitizer.isActive, "a sanitizer takes its options from variables"))
  func `No variables at all`() throws {
    let result = runShell("exec env -i \"$(command -v lhb-features)\" --model \"$1\" \"$2\"", [model, speech])
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    let whole = try features()
    #expect(result.output == whole)
  }

  /// With too few for its libraries a program is not even started; with a few more it says what it could not open.
  @Test(.disabled(if: Sanitizer.isActive, "a sanitizer opens files itself"))
  func `A limit of open files is an error or is enough`() throws {
    let whole = try features()
    var wasEnough = false
    for limit in 3...16 {
      let result = runShell("ulimit -n \(limit); exec lhb-features --model \"$1\" \"$2\"", [model, speech])
      if result.status == 0 {
        wasEnough = true
        #expect(result.output == whole)
      } else {
        #expect(!wasEnough && result.output.isEmpty && [66, 127].contains(result.status), "\(limit): \(result.errors)")
        #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
        #expect(result.errors.contains(result.status == 66 ? "Too many open files" : "lhb-features: error"))
      }
    }
    #expect(wasEnough)
  }
}
