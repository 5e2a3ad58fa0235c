import Glibc
import LHAudio
import LHFeatureFiles
import LHRuntime
import LHSystem
import LHTestSupport
import LHUtterances
import Testing

@Suite struct InputTests {
  private static let selections: [(LayerSelection, String)] = [
    (.last, "last"), (.all, "all"), (.indices([2, 0, 1]), "2,0,1"),
  ]

  /// The bytes of the .npy file that a pipeline makes of an input.
  private static func file(_ input: UtteranceInput, _ layers: LayerSelection = .last) throws -> [UInt8] {
    try withTemporaryFolder { folder in
      let path = folder + "/features.npy"
      var sink = NumPySink(try OutputTarget(path: path, replacing: false))
      try tinyPipeline(layers).write(input, to: &sink)
      #expect(filesInFolder(folder) == ["features.npy"])
      return readBytes(path)
    }
  }

  @Test(arguments: selections)
  func `Every kind of input gives what lhb-features gives`(layers: LayerSelection, argument: String) throws {
    let program = runProgram("lhb-features", ["--model", modelPath, "--layers", argument, speechPath])
    try #require(program.status == 0 && !program.output.isEmpty, "\(program.errors)")
    let inputs: [UtteranceInput] = [
      .sound(.file(path: speechPath)), .sound(.bytes(readBytes(speechPath), name: "bytes")),
      .samples(goldenSamples("speech-b"), name: "samples"),
    ]
    for input in inputs { #expect(try Self.file(input, layers) == program.output, "\(input.name)") }
  }

  @Test func `A named pipe gives the same`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/pipe"
      try #require(mkfifo(path, 0o600) == 0)
      let bytes = readBytes(speechPath)
      let writer = RunningThread { writeBytes(bytes, to: path) }
      #expect(try Self.file(.sound(.file(path: path))) == Self.file(.sound(.file(path: speechPath))))
      writer?.join()
    }
  }

  /// In a process of its own, since others read standard input too.
  @Test func standardInputGivesTheSame() async {
    await #expect(processExitsWith: .success) {
      let descriptor = open(speechPath, O_RDONLY)
      try #require(dup2(descriptor, STDIN_FILENO) == STDIN_FILENO)
      #expect(try InputTests.file(.sound(.standardInput)) == InputTests.file(.sound(.file(path: speechPath))))
    }
  }

  @Test func `Bytes are decoded as the file is, by whatever decoder`() throws {
    for name in ["opusenc.opus", "flac-32-bit.flac"] {
      let path = RealSoundCase.folder + name
      let file = try Recording(of: .file(path: path))
      let bytes = try Recording(of: .bytes(readBytes(path), name: path))
      #expect(bytes.samples == file.samples && bytes.remarks == file.remarks && bytes.source == file.source)
    }
    guard FFmpeg.find() != nil else { return }
    let options = RecordingOptions(decoder: .ffmpeg)
    let file = try Recording(of: .file(path: speechPath), options)
    let bytes = try Recording(of: .bytes(readBytes(speechPath), name: speechPath), options)
    #expect(bytes.samples == file.samples && bytes.remarks == file.remarks)
    #expect(throws: AudioFault.empty(name: "nothing")) { try Recording(of: .bytes([], name: "nothing"), options) }
  }

  @Test func `Options of reading are heeded, and remarks are kept`() throws {
    let name = "flac-32-bit.flac"
    let whole = readBytes(RealSoundCase.folder + name)
    let cut = UtteranceInput.sound(.bytes(Array(whole.prefix(whole.count / 2)), name: "cut"))
    var pipeline = try tinyPipeline()
    let fault = #expect(throws: UtteranceFault.self) { try pipeline.read(cut) }
    guard case .audio(.cutShort)? = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
    pipeline.recordingOptions.allowsTruncated = true
    let utterance = try pipeline.read(cut)
    #expect(utterance.name == "cut" && !utterance.samples.isEmpty && !utterance.remarks.isEmpty)
  }
}
