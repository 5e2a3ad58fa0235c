import LHSupernet
import LHTestSupport
import LightHuBERT
import Testing

/// The documentation's code compiles, does what it says, and is what the pages show.
@Suite struct ExampleTests {
  @Test func `The examples run`() async throws {
    try await withTemporaryFolder(waiting: { folder in try await run(modelPath: folder + "/a.lhb") })
  }

  private func run(modelPath: String) async throws {
    let subnet = String(bytes: readBytes(Fixture.path("golden/arch-mixed.json")))
    let sizes = try Examples.cut(
      checkpointPath: Fixture.path("golden/tiny.pt"), subnet: subnet, modelPath: modelPath)
    #expect(sizes.count == 10)
    let model = try Model(contentsOf: modelPath)
    let samples = goldenSamples("speech-b")
    let utterances = [samples, Array(samples.prefix(8000))]
    let expected = try model.features(of: samples, layers: .all)
    let size = expected.frameCount * expected.embedDim

    let results = try Examples.compute(
      modelPath: modelPath, samples: samples, utterances: utterances, bytes: readBytes(modelPath))
    #expect(results.map(\.frameCount) == [expected.frameCount, 24, expected.frameCount])
    #expect(results[0] == expected)

    #expect(Examples.countFrames(model: model, samples: samples) == expected.frameCount)
    #expect(Examples.countFrames(model: model, samples: [0]) == nil)
    #expect(Examples.countFrames(model: model, samples: Array(repeating: .nan, count: 400)) == nil)

    let (sixth, published, s3prl) = try Examples.chooseLayers(model: model, samples: samples)
    #expect(sixth == expected.values[6 * size..<7 * size])
    #expect(published.values == Array(expected.values[..<size]) && s3prl != published)

    #expect(try await Examples.share(modelPath: modelPath, utterances: utterances) == expected.frameCount + 24)
    let fast = try Examples.chooseByError(modelPath: modelPath)
    #expect(fast.precision != .auto && !fast.precisionTrials.isEmpty)
    #expect(try Examples.chooseByName(modelPath: modelPath).precision == .bf16)
    #expect(try Examples.takeAsTheyCome(session: Session(model), samples: samples).count == 11)
    #expect(try await Examples.cancel(model: model, samples: samples).layers == [10])
  }

  @Test func `The examples of whole models run`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/contentvec.lhb"
      let model = try Examples.takeWhole(path: Fixture.path("family/contentvec.pt"), modelPath: path)
      #expect(model.summary.hasPrefix("HuBERT"))
      #expect(try Examples.project(modelPath: path, samples: goldenSamples("frames-2")).embedDim == 256)
      let chinese = Fixture.path("family/chinese-hubert")
      #expect(try !Examples.takeAsItIs(path: chinese).shape.normalizesWaveform)
    }
  }

  @Test func `The example of the README runs on a supernet of the small space's depth and width`() throws {
    try withTemporaryFolder { folder in
      let checkpoint = folder + "/a.pt"
      Self.writeSupernet(to: checkpoint)
      let samples = goldenSamples("frames-2")
      let features = try Examples.readme(checkpointPath: checkpoint, modelPath: folder + "/a.lhb", samples: samples)
      #expect(features.layers == [0, 6, 12] && features.values.count == 3 * 2 * 384)
    }
  }

  /// A supernet just large enough for small-default, with weights of no meaning.
  private static func writeSupernet(to path: String) {
    let config = SmallSupernet.config {
      $0.convLayers = ConvLayer.published.map { ConvLayer(channels: 8, kernel: $0.kernel, stride: $0.stride) }
      $0.encoderLayers = 12
      $0.encoderEmbedDim = 384
      $0.encoderFFNDim = 1536
      $0.encoderHeads = 6
    }
    var supernet = SmallSupernet(config)
    supernet.values = { _, shape in (0..<shape.reduce(1, *)).map { Float($0 % 7 - 3) / 100 } }
    supernet.write(to: path)
  }

  static let pages = ["README.md"] + filesInFolder(root + catalog).map { catalog + $0 }
  private static let catalog = "Sources/LightHuBERT/LightHuBERT.docc/"
  private static let root = String(Fixture.folder.dropLast("Fixtures/".count))

  @Test(arguments: pages) func `A page shows code that was compiled`(page: String) {
    let compiled = Self.lines(readBytes(Self.root + "Tests/LightHuBERTTests/Examples.swift"))
    for block in Self.blocks(of: Self.lines(readBytes(Self.root + page))) {
      let isThere = compiled.indices.contains { start in compiled[start...].starts(with: block) }
      #expect(isThere, "not in Examples.swift: \(block.joined(separator: "\n"))")
    }
  }

  @Test func `The pages have code at all`() {
    let count = Self.pages.reduce(0) { $0 + Self.blocks(of: Self.lines(readBytes(Self.root + $1))).count }
    #expect(count >= 10)
  }

  /// Lines without their indentation.
  private static func lines(_ bytes: [UInt8]) -> [String] {
    String(bytes: bytes).split(separator: "\n", omittingEmptySubsequences: false).map { line in
      String(line.drop { $0 == " " })
    }
  }

  /// The fenced Swift code of a page, without imports and the blank lines around it.
  private static func blocks(of lines: [String]) -> [[String]] {
    var blocks: [[String]] = []
    var block: [String]?
    for line in lines {
      switch (line, block) {
      case ("```swift", nil): block = []
      case ("```", let finished?):
        blocks.append(finished)
        block = nil
      case (_, let open?) where !line.hasPrefix("import ") && !(line.isEmpty && open.isEmpty): block = open + [line]
      default: break
      }
    }
    return blocks
  }
}
