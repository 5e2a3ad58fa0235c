import Glibc
import LHTestSupport
import Testing

/// Outputs that are no files, named by a path.
@Suite struct StreamOutputTests {
  private let speech = Fixture.path("golden/audio/speech-b.wav")

  /// Runs a line of bash in which $m is a subnet, $s speech, $d a folder, and "features" lhb-features with both.
  private func bash(_ line: String, _ check: (ProgramResult, _ features: [UInt8], _ folder: String) -> Void) throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      let expected = runProgram("lhb-features", ["--model", subnet.path, speech])
      try #require(expected.status == 0, "\(expected.errors)")
      let script = "m=$1 s=$2 d=$3; features() { lhb-features --model \"$m\" \"$@\" \"$s\"; }; \(line)"
      let result = runShell("exec bash -c \"$1\" bash \"$2\" \"$3\" \"$4\"", [script, subnet.path, speech, folder])
      check(result, expected.output, folder)
    }
  }

  @Test(arguments: ["-o /dev/null", "-o /dev/null --force", "-o /dev/stdout > /dev/null"])
  func `Devices take features and stay what they are`(arguments: String) throws {
    try bash("features \(arguments)") { result, _, _ in
      #expect(result.status == 0 && result.output.isEmpty && result.errors == "", "\(result.errors)")
    }
    var status = stat()
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
  }

  @Test(arguments: [
    "features -o /dev/stdout | cat", "features -o /dev/fd/3 3>&1", "features -o /proc/self/fd/1 | cat",
    "features -o >(cat > \"$d/out\"; : > \"$d/done\"); until test -e \"$d/done\"; do sleep 0.01; done; cat \"$d/out\"",
    "mkfifo \"$d/pipe\"; cat \"$d/pipe\" & features -o \"$d/pipe\"; wait",
    "mkfifo \"$d/pipe\"; cat \"$d/pipe\" & ln -s pipe \"$d/link\"; features -o \"$d/link\" --force; wait",
    "features -o /dev/stdout > \"$d/file\"; cat \"$d/file\"",
    "ln -s /dev/fd/3 \"$d/link\"; features -o \"$d/link\" 3> \"$d/file\"; cat \"$d/file\"",
  ])
  func `Pipes and open descriptors get what standard output would`(line: String) throws {
    try bash(line) { result, features, _ in
      #expect(result.status == 0 && result.errors == "", "\(result.errors)")
      #expect(result.output == features)
    }
  }

  @Test func `A redirected file goes on from where it is, and keeps its identity`() throws {
    let line = """
      ln "$(printf x > "$d/file"; echo "$d/file")" "$d/other"
      { printf begin; features -o /dev/stdout --force; printf end; } > "$d/file"; cat "$d/other"
      """
    try bash(line) { result, features, _ in
      #expect(result.status == 0 && result.errors == "", "\(result.errors)")
      #expect(result.output == Array("begin".utf8) + features + Array("end".utf8))
    }
  }

  @Test(
    arguments: [
      ("features -o /dev/full", 74, "/dev/full: cannot be written: No space left on device"),
      ("features -o /dev/fd/3 3< /dev/null", 74, "/dev/fd/3: cannot be written: Bad file descriptor"),
      ("features -o /dev/stdout >&-", 74, "/dev/stdout: cannot be written: Bad file descriptor"),
      ("features -o /dev/fd/99", 73, "/dev/fd/99: cannot be created: No such file or directory"),
      ("features -o /dev", 73, "/dev: cannot be created: Is a directory"),
    ] as [(String, Int32, String)])
  func `What cannot be written is one line`(line: String, status: Int32, message: String) throws {
    try bash(line) { result, _, _ in
      #expect(result.status == status && result.output.isEmpty)
      #expect(result.errors == "lhb-features: error: \(message)\n")
    }
  }

  @Test func `A reader that goes away ends the program quietly`() throws {
    try bash("mkfifo \"$d/pipe\"; true < \"$d/pipe\" & features -o \"$d/pipe\"; echo $?") { result, _, _ in
      #expect(result.output == Array("141\n".utf8) && result.errors == "", "\(result.errors)")
    }
  }

  @Test func `A run that fails writes nothing`() throws {
    let line = "features --layers 0,99 -o /dev/stdout | wc -c"
    try bash(line) { result, _, _ in #expect(result.output == Array("0\n".utf8)) }
  }

  @Test func `A subnet file goes to a file only`() throws {
    let arguments = ["--arch", Fixture.path("golden/arch-min.json"), Fixture.path("golden/tiny.pt")]
    let dash = runProgram("lhb-extract", arguments + ["-"])
    #expect(dash.status == 64 && dash.output.isEmpty)
    #expect(
      dash.errors == """
        lhb-extract: error: -: a subnet file is not written to standard output, since its beginning is written last; \
        name a file (./- is one of that name)

        """)
    #expect(access("-", F_OK) != 0)
    for path in ["/dev/null", "/dev/stdout", "/dev/fd/1"] {
      let result = runProgram("lhb-extract", ["--force"] + arguments + [path])
      #expect(result.status == 73 && result.output.isEmpty)
      #expect(
        result.errors == """
          lhb-extract: error: \(path): is not a regular file, and the beginning of a subnet file is written last; \
          name a file

          """)
    }
    withTemporaryFolder { folder in
      let line = "cd \"$1\" && lhb-extract --quiet --arch \"$2\" \"$3\" ./- && lhb-inspect ./- > /dev/null && ls"
      let result = runShell(line, [folder, arguments[1], arguments[2]])
      #expect(result.status == 0 && result.output == Array("-\n".utf8), "\(result.errors)")
    }
  }
}
