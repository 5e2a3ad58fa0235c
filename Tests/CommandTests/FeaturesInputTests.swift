import Glibc
import LHTestSupport
import Testing

@Suite struct FeaturesInputTests {
  let speech = Fixture.path("golden/audio/speech-b.wav")

  @Test func `Standard input, a pipe or a file, gives the same as the file by name`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      let named = runProgram("lhb-features", ["--model", subnet.path, speech])
      try #require(named.status == 0, "\(named.errors)")
      let redirected = runProgram("lhb-features", ["--model", subnet.path, "-"], input: speech)
      #expect(redirected.status == 0 && redirected.output == named.output)
      let piped = runShell("cat \"$2\" | lhb-features --model \"$1\" -", [subnet.path, speech])
      #expect(piped.status == 0 && piped.output == named.output && piped.errors == "")
      let flac = Fixture.path("golden/audio/librispeech-6313-76958-0021.flac")
      let real = runShell("cat \"$2\" | lhb-features --model \"$1\" -", [subnet.path, flac])
      #expect(try NumPyArray(bytes: real.output, name: "flac").shape == [596, 64])
    }
  }

  @Test func `The model comes from the option, the environment, or the user's folder`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      let expected = runProgram("lhb-features", ["--model", subnet.path, speech]).output
      try #require(!expected.isEmpty)

      for data in [folder + "/data", folder + "/home/.local/share"] {
        #expect(runShell("mkdir -p \"$1\"", [data + "/lighthubert"]).status == 0)
        writeBytes(readBytes(subnet.path), to: data + "/lighthubert/default.lhb")
      }
      for environment in [
        ["LHB_MODEL": subnet.path], ["LHB_MODEL": subnet.path, "XDG_DATA_HOME": folder],
        ["XDG_DATA_HOME": folder + "/data"], ["LHB_MODEL": "", "HOME": folder + "/home"],
      ] {
        let result = runProgram("lhb-features", [speech], environment: environment)
        #expect(result.output == expected, "\(environment): \(result.errors)")
      }
      // The option comes first, then the variable.
      let wrong = folder + "/missing.lhb"
      #expect(
        runProgram("lhb-features", ["--model", subnet.path, speech], environment: ["LHB_MODEL": wrong]).output
          == expected)
      #expect(
        runProgram(
          "lhb-features", [speech], environment: ["LHB_MODEL": wrong, "XDG_DATA_HOME": folder + "/data"]
        ).status == 66)

      let none = runProgram("lhb-features", [speech], environment: ["HOME": folder, "XDG_DATA_HOME": folder + "/no"])
      #expect(none.status == 64 && none.output.isEmpty)
      for way in ["--model", "LHB_MODEL", "lhb-extract --default", folder + "/no/lighthubert/default.lhb"] {
        #expect(none.errors.contains(way), "\(none.errors)")
      }
    }
  }

  @Test func `Other rates and more channels are noted, or refused`() throws {
    let sine = (0..<24_000).map { Float(0.5 * sin(0.05 * Double($0))) }
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      let stereo = folder + "/stereo.wav"
      writeBytes(wavFile(sine.flatMap { [$0, -$0 / 3] }, rate: 48_000, channels: 2), to: stereo)
      let mono = folder + "/mono.wav"
      writeBytes(wavFile(sine, rate: 48_000), to: mono)
      func run(_ arguments: String...) -> ProgramResult {
        runProgram("lhb-features", ["--model", subnet.path] + arguments)
      }

      let averaged = run(stereo)
      #expect(try NumPyArray(bytes: averaged.output, name: "stereo").shape == [24, 64])
      #expect(averaged.errors.contains("\(stereo): resampled from 48000 to 16000 Hz"))
      #expect(averaged.errors.contains("mean of 2 channels"))
      let left = run("--channel", "1", stereo)
      #expect(left.output == run(mono).output && left.output != averaged.output)
      #expect(run("--quiet", stereo).errors == "")

      let refused = run("--no-resample", mono)
      #expect(refused.status == 65 && refused.output.isEmpty)
      #expect(refused.errors.contains("48000 Hz") && refused.errors.contains("16000 Hz"))
      let noChannel = run("--channel", "3", stereo)
      #expect(noChannel.status == 64 && noChannel.errors.contains("no channel 3"))
    }
  }
}
