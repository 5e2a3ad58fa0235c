import Glibc
import LHTestSupport
import Testing

@Suite struct DiskTests {
  let architecture = Fixture.path("demo/arch.json")
  let checkpoint = Fixture.path("demo/supernet.pt")
  let model = Fixture.path("versions/v1-tiny-min.lhb")
  let speech = Fixture.path("golden/audio/speech-b.wav")

  /// Expects one line of error and its status.
  private func expectFault(
    _ result: ProgramResult, _ status: Int32, naming words: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(result.status == status, "\(result.errors)", sourceLocation: sourceLocation)
    #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)", sourceLocation: sourceLocation)
    for word in words { #expect(result.errors.contains(word), "\(result.errors)", sourceLocation: sourceLocation) }
  }

  /// What lhb-extract writes here when nothing is wrong.
  private func subnet(in folder: String) throws -> [UInt8] {
    let path = folder + "/whole.lhb"
    let result = runProgram(
      "lhb-extract", ["--quiet", "--arch", architecture, checkpoint, path], environment: ["SOURCE_DATE_EPOCH": "0"])
    try #require(result.status == 0, "\(result.errors)")
    return readBytes(path)
  }

  @Test(
    .enabled("no disk can be mounted here") { Namespaces.canMount },
    arguments: [4_096, 65_536, 262_144, 440_000, 450_560])
  func `A full disk keeps the old file, and has room for nothing else`(size: Int) throws {
    try withTemporaryFolder { folder in
      let disk = folder + "/disk"
      mkdir(disk, 0o700)
      let script = """
        echo old > out.lhb
        lhb-extract --quiet --force --arch "$2" "$3" out.lhb
        status=$?
        [ "$(ls -A)" = out.lhb ] || echo "$(ls -A)"
        [ $status = 0 ] || cat out.lhb
        exit $status
        """
      let result = Namespaces.runOnDisk(of: size, at: disk, script, [architecture, checkpoint])
      let needed = try subnet(in: folder).count
      // A page for the old file.
      if size > needed + 4096 {
        #expect(result.status == 0 && result.output.isEmpty, "\(result.errors)")
      } else {
        expectFault(result, 74, naming: ["lhb-extract: error: out.lhb: ", "No space left"])
        #expect(String(decoding: result.output, as: UTF8.self) == "old\n")
      }
    }
  }

  @Test(.enabled("no disk can be mounted here") { Namespaces.canMount })
  func `A full disk leaves no features`() {
    withTemporaryFolder { folder in
      let script = "lhb-features --model \"$2\" --layers all \"$3\" -o out.npy; status=$?; ls -A; exit $status"
      let result = Namespaces.runOnDisk(of: 65_536, at: folder, script, [model, speech])
      expectFault(result, 74, naming: ["lhb-features: error: out.npy: ", "No space left"])
      #expect(result.output.isEmpty)
    }
  }

  @Test(arguments: [
    "lhb-features --model \"$1\" \"$2\"", "lhb-inspect \"$1\"", "lhb-inspect --json \"$1\"", "lhb-bench --help",
  ])
  func `Standard output that is full is an error`(command: String) {
    let result = runShell("\(command) > /dev/full", [model, speech])
    expectFault(result, 74, naming: ["standard output", "No space left"])
  }

  @Test func `A report that cannot be written takes nothing from the file`() throws {
    try withTemporaryFolder { folder in
      let whole = try subnet(in: folder)
      let result = runShell(
        "lhb-extract --arch \"$1\" \"$2\" \"$3\" 2> /dev/full", [architecture, checkpoint, folder + "/a.lhb"],
        environment: ["SOURCE_DATE_EPOCH": "0"])
      #expect(result.status == 0)
      #expect(readBytes(folder + "/a.lhb") == whole)
    }
  }

  /// The shell counts in blocks of 512 bytes.
  @Test(.disabled(if: Sanitizer.isActive, "a sanitizer writes files of its own"), arguments: [false, true])
  func `A limit of a file's size is an error of output`(replacing: Bool) throws {
    try withTemporaryFolder { folder in
      let whole = try subnet(in: folder)
      let path = folder + "/out.lhb"
      let needed = (whole.count + 511) / 512
      for blocks in [0, 1, 2, 8, 100, needed / 2, needed - 1, needed] {
        let old: [UInt8] = [1, 2, 3]
        if replacing { writeBytes(old, to: path) } else { unlink(path) }
        let before = filesInFolder(folder)
        let result = runShell(
          "ulimit -f \(blocks) && lhb-extract --quiet \(replacing ? "--force" : "") --arch \"$1\" \"$2\" \"$3\" 2>&1",
          [architecture, checkpoint, path], environment: ["SOURCE_DATE_EPOCH": "0"])
        let output = String(decoding: result.output, as: UTF8.self)
        if blocks == needed {
          #expect(result.status == 0 && readBytes(path) == whole, "\(output)")
          continue
        }
        // With a limit of 0 the message cannot be written to a file either.
        #expect(result.status == 74 && (blocks == 0 || output.contains("File too large")), "\(blocks): \(output)")
        #expect(filesInFolder(folder) == before)
        if replacing { #expect(readBytes(path) == old) }
      }
    }
  }

  @Test(.enabled("the superuser's rights cannot be given up here") { Namespaces.canGiveUpRights })
  func `What may not be read or written is said`() {
    withTemporaryFolder { folder in
      let secret = folder + "/secret"
      writeBytes(readBytes(checkpoint), to: secret)
      chmod(secret, 0)
      mkdir(folder + "/closed", 0o500)
      let commands: [(line: String, status: Int32, name: String)] = [
        ("lhb-extract --arch \"$1\" \"$2/secret\" \"$2/out\"", 66, secret),
        ("lhb-extract --arch \"$2/secret\" \"$3\" \"$2/out\"", 66, secret),
        ("lhb-extract --arch \"$1\" \"$3\" \"$2/closed/out\"", 73, folder + "/closed/out"),
        ("lhb-features --model \"$2/secret\" \"$5\"", 66, secret),
        ("lhb-features --model \"$4\" \"$2/secret\"", 66, secret),
        ("lhb-features --model \"$4\" \"$5\" -o \"$2/closed/out\"", 73, folder + "/closed/out"),
        ("lhb-inspect \"$2/secret\"", 66, secret),
        ("lhb-bench \"$2/secret\"", 66, secret),
      ]
      for (line, status, name) in commands {
        let result = runShell(
          "line=$1; shift; exec unshare -U sh -c \"$line\" sh \"$@\"",
          [line, architecture, folder, checkpoint, model, speech])
        expectFault(result, status, naming: [name, "Permission denied"])
        #expect(filesInFolder(folder) == ["closed", "secret"])
      }
      chmod(folder + "/closed", 0o700)
    }
  }
}
