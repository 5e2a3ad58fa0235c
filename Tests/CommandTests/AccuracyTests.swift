import LHJSON
import LHTestSupport
import Testing

/// `lhb-bench --accuracy`.
@Suite struct AccuracyTests {
  private let speech = Fixture.path("golden/audio/speech-b.wav")

  private func measure(_ arguments: [String]) throws -> JSONValue {
    let result = runProgram("lhb-bench", ["--accuracy", "--json", "--runs", "1"] + arguments)
    try #require(result.status == 0, "\(result.errors)")
    return try JSONValue(parsing: String(decoding: result.output, as: UTF8.self))
  }

  @Test func `float32 is what it is compared with`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("mixed", in: folder)
      let found = try measure(["--precision", "f32", "--audio", speech, subnet.path])
      let comparisons = try #require(found["comparisons"]?.array)
      try #require(comparisons.count == 1 && comparisons[0]["precision"] == .string("f32"))
      let states = try #require(comparisons[0]["states"]?.array)
      #expect(states.map { $0["state"] } == (0...10).map { .integer($0) })
      for state in states + [try #require(comparisons[0]["last"])] {
        #expect(state["snr_db"] == .null && state["cosine"]?.number == 1)
        #expect(state["relative_error"]?.number == 0 && state["largest_error"]?.number == 0)
      }
      #expect(comparisons[0]["weight_bytes"] == found["reference_weight_bytes"])

      let table = runProgram(
        "lhb-bench", ["--accuracy", "--precision", "f32", "--audio", speech, "--runs", "1", subnet.path])
      let lines = String(decoding: table.output, as: UTF8.self).split(separator: "\n")
      #expect(lines.contains { $0.split(separator: " ") == ["10", "inf", "1.000000", "0", "0"] }, "\(lines)")
      #expect(lines.contains { $0.hasSuffix(" s, \(speech)") })
    }
  }

  @Test(arguments: ["tiny", "tiny-layernorm"])
  func `Each precision is compared on the audio`(checkpoint: String) throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet(of: checkpoint, "mixed", in: folder)
      let found = try measure(["--audio", speech, "--threads", "1", subnet.path])
      let digest = runShell("sha256sum < \"$1\"", [subnet.path]).output.prefix(64)
      #expect(found["model_sha256"]?.string == String(decoding: digest, as: UTF8.self))
      #expect(found["reference_sha256"] == found["model_sha256"] && found["reference_formats"] == .array([]))
      #expect(found["threads"] == .integer(1) && found["runs"] == .integer(1))
      let comparisons = try #require(found["comparisons"]?.array)
      #expect(comparisons.map { $0["precision"]?.string } == ["bf16", "int8-mixed", "int8"])
      for one in comparisons {
        let times = try ["median_s", "reference_median_s", "time_ratio"].map { try #require(one[$0]?.number) }
        #expect(times.allSatisfy { $0 > 0 } && abs(times[0] / times[1] - times[2]) < 1e-9)
        #expect((one["weight_bytes"]?.integer ?? 0) > 0)
        let states = try #require(one["states"]?.array)
        #expect(states.count == 11)
        for state in states + [try #require(one["last"])] { try check(state) }
        // Without pre-norm the last is the last.
        if checkpoint == "tiny" { #expect(states.last?["relative_error"] == one["last"]?["relative_error"]) }
      }
    }
  }

  /// The members fit each other, and the state is one that a user could work with.
  private func check(_ state: JSONValue) throws {
    let relative = try #require(state["relative_error"]?.number)
    let cosine = try #require(state["cosine"]?.number)
    let largest = try #require(state["largest_error"]?.number)
    #expect((0..<0.1).contains(relative) && largest >= 0 && (largest == 0) == (relative == 0))
    // A difference of relative size e turns a vector by at most arcsin e.
    #expect(cosine >= (1 - relative * relative).squareRoot() - 1e-12 && cosine <= 1 + 1e-12)
    if let decibels = state["snr_db"]?.number {
      #expect(relative > 0 && decibels > 20)
    } else {
      #expect(relative == 0)
    }
  }

  @Test func `Another file's weights can be the reference`() throws {
    try withTemporaryFolder { folder in
      let exact = folder + "/f32.lhb"
      let rounded = folder + "/f16.lhb"
      for (path, weights) in [(exact, "f32"), (rounded, "f16")] {
        let result = runProgram(
          "lhb-extract",
          [
            "--quiet", "--weights", weights, "--arch", Fixture.path("golden/arch-min.json"),
            Fixture.path("golden/tiny.pt"), path,
          ])
        try #require(result.status == 0, "\(result.errors)")
      }
      func error(_ arguments: [String]) throws -> Double {
        let found = try measure(["--precision", "f32", "--seconds", "1"] + arguments)
        return try #require(found["comparisons"]?.array?.first?["last"]?["relative_error"]?.number)
      }
      #expect(try error([rounded]) == 0)
      let rounding = try error([rounded, "--reference", exact])
      #expect(rounding > 0 && rounding < 0.01)
      #expect(try error([exact, "--reference", exact]) == 0)
    }
  }

  @Test func `The allowed error chooses what is compared`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      let found = try measure(["--max-error", "1", "--seconds", "0.5", subnet.path])
      let comparisons = try #require(found["comparisons"]?.array)
      #expect(comparisons.map { $0["precision"]?.string } == ["int8"])
      let trials = try #require(comparisons[0]["precision_trials"]?.array)
      #expect(trials.count == 1 && (trials[0]["relative_error"]?.number ?? 2) <= 1)
    }
  }

  @Test func `Instructions that are missed are told once`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      let result = runProgram(
        "lhb-bench", ["--accuracy", "--seconds", "0.1", "--runs", "1", subnet.path],
        environment: ["LHB_ISA": "baseline"])
      let notes = result.errors.split(separator: "\n")
      #expect(result.status == 0 && notes.count == 2, "\(result.errors)")
      #expect(notes.first?.hasPrefix("lhb-bench: note: bf16 without AVX512_BF16, ") == true)
      #expect(notes.last?.hasPrefix("lhb-bench: note: int8-mixed without VNNI, ") == true)
    }
  }

  @Test func `A reference of another subnet is refused`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      let sibling = try TinySubnet("mixed", in: folder)
      let stranger = try TinySubnet(of: "tiny-layernorm", "min", in: folder)
      for (other, words) in [(sibling, "another subnet"), (stranger, "another supernet")] {
        let result = runProgram("lhb-bench", ["--accuracy", "--reference", other.path, subnet.path])
        #expect(result.status == 64 && result.output.isEmpty)
        #expect(result.errors.contains("--reference \(other.path)") && result.errors.contains(words))
      }
      let missing = runProgram("lhb-bench", ["--accuracy", "--reference", folder + "/no.lhb", subnet.path])
      #expect(missing.status == 66 && missing.errors.contains("no.lhb"))
    }
  }

  @Test(arguments: [
    ["--accuracy"], ["--accuracy", "--seconds", "1,2", "m.lhb"], ["--reference", "r.lhb", "m.lhb"],
    ["--accuracy", "--precision", "int4", "m.lhb"], ["--precision", "int8", "--max-error", "0.1", "m.lhb"],
    ["--max-error", "0", "m.lhb"], ["--max-error", "1.01", "m.lhb"], ["--max-error", "nan", "m.lhb"],
    ["--accuracy", "--audio", "a.wav", "--seconds", "1", "m.lhb"],
  ])
  func `A wrong argument is a fault of usage`(arguments: [String]) { expectUsageFault("lhb-bench", arguments) }

  @Test func `Bad audio is one line that names it`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      let short = Fixture.path("golden/audio/too-short.wav")
      for (arguments, status, words) in [
        (["--audio", short], 65, short), (["--seconds", "0.001"], 64, "--seconds 0.001"),
      ] as [([String], Int32, String)] {
        let result = runProgram("lhb-bench", ["--accuracy", subnet.path] + arguments)
        #expect(result.status == status && result.output.isEmpty && result.errors.contains(words))
      }
    }
  }
}
