import LHTestSupport
import Testing

/// Arguments that begin with a dash.
@Suite struct DashTests {
  private let speech = Fixture.path("golden/audio/speech-b.wav")

  @Test(arguments: ["lhb-bench", "lhb-export", "lhb-extract", "lhb-features", "lhb-inspect"])
  func `A file whose name begins with a dash is neither help nor an unknown option`(program: String) {
    for name in ["-dash.wav", "-h.wav", "-o.wav", "-help.wav", "-dir/sound", "-v1.2"] {
      let result = runProgram(program, [name])
      #expect(result.status == 64 && result.output.isEmpty)
      #expect(
        result.errors == """
          \(program): error: \(name): begins with a dash, so it is taken for options; write ./\(name), or put -- \
          before it

          """)
    }
    for name in ["-dash", "-help", "-hh", "-oo"] {
      let result = runProgram(program, [name])
      #expect(result.status == 64 && result.output.isEmpty)
      #expect(result.errors == "\(program): error: unknown option '\(name)'; see \(program) --help\n")
    }
    let help = runProgram(program, ["-h"])
    #expect(help.status == 0 && help.errors == "" && !help.output.isEmpty)
  }

  @Test func `It is read by its path and behind two dashes`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      let expected = runProgram("lhb-features", ["--model", subnet.path, speech]).output
      for name in ["-dash.wav", "-h", "--help"] {
        writeBytes(readBytes(speech), to: folder + "/" + name)
        for arguments in ["-- \(name)", "./\(name)"] {
          let result = runShell("cd \"$1\" && lhb-features --model \"$2\" \(arguments)", [folder, subnet.path])
          #expect(result.status == 0 && result.output == expected, "\(result.errors)")
        }
      }
      // Without a dot and a slash it is a file when there is one.
      writeBytes(readBytes(speech), to: folder + "/-dash")
      let bare = runShell("cd \"$1\" && lhb-features -dash", [folder])
      #expect(bare.status == 64 && bare.errors.contains("-dash: begins with a dash"), "\(bare.errors)")
    }
  }

  @Test func `Values of options may begin with a dash where they are joined to it`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      func run(_ arguments: String) -> ProgramResult {
        runShell("cd \"$1\" && lhb-features --model \"$2\" \"$3\" \(arguments)", [folder, subnet.path, speech])
      }
      let apart = run("-o -x.npy")
      #expect(apart.status == 64)
      #expect(
        apart.errors
          == "lhb-features: error: -x.npy: begins with a dash, so it is taken for options; write ./-x.npy\n")
      #expect(run("-o ./-x.npy").status == 0 && run("--output=-y.npy").status == 0 && run("-o=-z.npy").status == 0)
      #expect(filesInFolder(folder) == ["-x.npy", "-y.npy", "-z.npy", "tiny-min.lhb"])
      // Numbers are told what they are wrong for.
      let number = run("--max-error -0.5")
      #expect(number.status == 64 && number.errors.contains("--max-error"), "\(number.errors)")
    }
  }

  @Test(arguments: [
    ["lhb-inspect", "-"], ["lhb-bench", "-"], ["lhb-features", "--model", "-", "a.wav"],
    ["lhb-extract", "--arch", "small-min", "-", "out.lhb"], ["lhb-bench", "--accuracy", "--reference", "-", "a.lhb"],
  ])
  func `Where standard input is not read, a dash says so`(command: [String]) {
    let result = runProgram(command[0], Array(command.dropFirst()))
    #expect(result.status == 64 && result.output.isEmpty)
    #expect(result.errors.hasPrefix("\(command[0]): error: -: a ") && result.errors.contains("name a file (./-"))
    #expect(result.errors.split(separator: "\n").count == 1)
  }
}
