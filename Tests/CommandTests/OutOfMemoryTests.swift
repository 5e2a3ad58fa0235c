import LHTestSupport
import Testing

/// Programs with too few addresses, as `ulimit -v` leaves them: the right result, or a line and a status of
/// `sysexits.h`.
@Suite(.disabled(if: Sanitizer.isActive, "a sanitizer takes terabytes of addresses")) struct OutOfMemoryTests {
  /// Limits in KiB, from what no program can start with to what all have enough of.
  private static let limits =
    Array(stride(from: 10_000, to: 130_000, by: 6_000)) + Array(stride(from: 130_000, to: 600_000, by: 47_000)) + [
      4_000_000
    ]

  /// Runs a program under each limit.
  ///
  /// - Parameter result: What it makes.
  private func check(_ program: String, _ arguments: [String], result: () -> [UInt8]) {
    func run(_ limit: Int, _ arguments: [String]) -> ProgramResult {
      // The backtracer, which needs memory too, would wait for ever.
      runShell("ulimit -v \(limit); SWIFT_BACKTRACE=enable=no exec \(program) \"$@\"", arguments)
    }
    let whole = runProgram(program, arguments)
    #expect(whole.status == 0, "\(whole.errors)")
    let expected = (whole.output, result())
    var statuses: [Int32] = []
    for limit in Self.limits {
      // Where the system cannot even load the program, nothing of it runs.
      guard run(limit, ["--version"]).status == 0 else { continue }
      let outcome = run(limit, arguments)
      statuses.append(outcome.status)
      if outcome.status == 0 {
        #expect(outcome.output == expected.0 && result() == expected.1, "\(program), \(limit) KiB")
      } else {
        #expect(outcome.status == 71, "\(program), \(limit) KiB: \(outcome.status), \(outcome.errors)")
        #expect(
          outcome.errors.hasPrefix("\(program): error: ") && outcome.errors.contains("memory")
            && outcome.errors.split(separator: "\n").count == 1,
          "\(program), \(limit) KiB: \(outcome.errors)")
      }
    }
    #expect(statuses.last == 0)
    #expect(statuses.count > 10)
  }

  @Test func `lhb-features`() throws {
    let model = Fixture.path("versions/v1-tiny-min.lhb")
    let audio = Fixture.path("golden/audio/speech-b.wav")
    for threads in ["1", "3"] {
      check("lhb-features", ["--quiet", "--threads", threads, "--model", model, audio]) { [] }
    }
  }

  @Test func `lhb-inspect`() throws {
    check("lhb-inspect", [Fixture.path("versions/v1-tiny-min.lhb")]) { [] }
  }

  @Test(arguments: ["f32", "int8"]) func `lhb-extract`(weights: String) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a.lhb"
      let checkpoint = Fixture.path("golden/tiny.pt")
      let arguments = [
        "--quiet", "--force", "--weights", weights, "--arch", Fixture.path("golden/arch-min.json"), checkpoint, path,
      ]
      // But for the date, which is that of the day.
      check("lhb-extract", arguments) { readBytes(path).suffix(100_000) }
    }
  }
}
