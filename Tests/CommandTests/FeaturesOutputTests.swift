import Glibc
import LHTestSupport
import Testing

@Suite struct FeaturesOutputTests {
  let speech = Fixture.path("golden/audio/speech-b.wav")

  @Test func `An output file is whole, and replaced only by force`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      let path = folder + "/features.npy"
      func run(_ arguments: String...) -> ProgramResult {
        runProgram("lhb-features", ["--model", subnet.path] + arguments)
      }
      let piped = run(speech)
      let first = run("--output", path, speech)
      #expect(first.status == 0 && first.output.isEmpty && first.errors == "")
      #expect(readBytes(path) == piped.output)

      let again = run("--layers", "all", "--output", path, speech)
      #expect(again.status == 73 && again.errors.contains("--force"))
      #expect(readBytes(path) == piped.output)
      #expect(run("--layers", "all", "--output", path, "--force", speech).status == 0)
      #expect(readBytes(path).count > piped.output.count)

      let nowhere = run("-o", folder + "/missing/features.npy", speech)
      #expect(nowhere.status == 73 && nowhere.errors.contains("missing/features.npy"))
      // A failed run leaves nothing, and what was there stays.
      let before = readBytes(path)
      #expect(run("-o", path, "--force", Fixture.path("golden/audio/too-short.wav")).status == 65)
      #expect(readBytes(path) == before)
      #expect(run("-o", folder + "/new.npy", Fixture.path("golden/audio/too-short.wav")).status == 65)
      #expect(runShell("ls -A \"$1\"", [folder]).output == Array("features.npy\ntiny-min.lhb\n".utf8))
    }
  }

  @Test(.enabled("there are pseudo terminals") { access("/dev/ptmx", R_OK | W_OK) == 0 })
  func `Nothing binary is written to a terminal`() throws {
    let controller = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    defer { close(controller) }
    // TIOCSPTLCK and TIOCGPTN, macros that are not imported: unlock the terminal, and ask for its number.
    var lock: Int32 = 0
    var number: Int32 = 0
    try #require(ioctl(controller, 0x4004_5431, &lock) == 0 && ioctl(controller, 0x8004_5430, &number) == 0)
    let terminal = "/dev/pts/\(number)"
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      let result = runShell("lhb-features --model \"$1\" \"$2\" > \"$3\"", [subnet.path, speech, terminal])
      #expect(result.status == 64)
      #expect(result.errors.contains("terminal") && result.errors.contains("--output"))
      let keyboard = runShell("lhb-features --model \"$1\" - < \"$2\"", [subnet.path, terminal])
      #expect(keyboard.status == 64 && keyboard.errors.contains("standard input is a terminal"))
    }
  }

  @Test func `A full disk is a fault, and a closed pipe ends the program quietly`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      let full = runShell("lhb-features --model \"$1\" \"$2\" > /dev/full", [subnet.path, speech])
      #expect(full.status == 74 && full.errors.contains("No space left on device"), "\(full.errors)")
      #expect(full.errors.split(separator: "\n").count == 1)

      // The reader is gone by the time that the program writes. 141 is death by SIGPIPE, as shells tell it.
      let closed = runShell(
        "{ sleep 0.5; lhb-features --model \"$1\" \"$2\"; echo $? >&2; } | true", [subnet.path, speech])
      #expect(closed.errors == "141\n")
    }
  }
}
