import Glibc
import LHImport
import LHModel
import LHQuantization
import LHSubnetFile
import LHSupernet
import LHSupernetCheckpoint
import LHTensors
import LHTestSupport
import LightHuBERT
import Testing

@Suite struct CalibrationTests {
  private func statistics(
    _ supernet: Supernet, _ architecture: Architecture, on recordings: [[Float]], threads: Int = 1,
    convFrames: Int? = nil
  ) throws -> ActivationStatistics {
    let calibration = try Calibration(of: architecture, in: supernet, options: RuntimeOptions(threadCount: threads))
    if let convFrames { calibration.session.blocking.convFrames = convFrames }
    #expect(calibration.statistics == nil)
    for samples in recordings { try calibration.add(samples) }
    return try #require(calibration.statistics)
  }

  private func golden(_ checkpoint: String, _ architecture: String) throws -> (Supernet, Architecture) {
    let supernet = try Supernet(contentsOf: Fixture.path("golden/\(checkpoint).pt"))
    let text = String(decoding: readBytes(Fixture.path("golden/arch-\(architecture).json")), as: UTF8.self)
    return (supernet, try Architecture(text, fitting: supernet.config))
  }

  /// Statistics of rows, plainly.
  private func plain(_ rows: [[Double]]) -> ChannelStatistics {
    let channels = rows[0].indices.map { channel in rows.map { $0[channel] } }
    return ChannelStatistics(
      meanSquares: channels.map { $0.reduce(0) { $0 + $1 * $1 } / Double(rows.count) },
      minima: channels.map { $0.min() ?? 0 }, maxima: channels.map { $0.max() ?? 0 }, frameCount: rows.count)
  }

  private func expectClose(_ found: ChannelStatistics?, _ expected: ChannelStatistics, _ what: QuantizableLayer) {
    guard let found, found.frameCount == expected.frameCount, found.channelCount == expected.channelCount else {
      Issue.record("\(what): \(String(describing: found?.frameCount)) frames, expected \(expected.frameCount)")
      return
    }
    for (name, values, others) in [
      ("mean square", found.meanSquares, expected.meanSquares), ("minimum", found.minima, expected.minima),
      ("maximum", found.maxima, expected.maxima),
    ] {
      let worst = zip(values, others).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? 0
      #expect(worst < 1e-4, "\(what): \(name)")
    }
  }

  @Test func `Statistics of the encoder are those of its hidden states`() throws {
    let (supernet, architecture) = try golden("tiny", "mixed")
    let samples = goldenSamples("speech-b")
    let found = try statistics(supernet, architecture, on: [samples], threads: 2)
    let states = try goldenModel(checkpoint: "tiny", architecture: "mixed")
      .features(of: samples, layers: .all, layerZero: .encoderInput)
    let size = states.frameCount * states.embedDim
    for layer in 0..<architecture.layerCount {
      let rows = (0..<states.frameCount).map { frame in
        (0..<states.embedDim).map { Double(states.values[layer * size + frame * states.embedDim + $0]) }
      }
      expectClose(found.channels(.attentionInput(layer)), plain(rows), .attentionInput(layer))
      for other in [QuantizableLayer.attentionOutput(layer), .feedForwardInput(layer), .feedForwardOutput(layer)] {
        #expect(found.channels(other)?.frameCount == states.frameCount)
      }
    }
  }

  @Test(arguments: [("tiny", "mixed"), ("tiny-layernorm", "mixed")])
  func `Statistics of the extractor are those of a plain one`(checkpoint: String, architecture: String) throws {
    let (supernet, architecture) = try golden(checkpoint, architecture)
    // 400 and 37 times 320: every frame of every layer has a part in the last one's frames. Others may be left out.
    let samples = Array(goldenSamples("speech-b").prefix(12_240))
    let found = try statistics(supernet, architecture, on: [samples], threads: 2, convFrames: 5)
    for (layer, rows) in try PlainExtractor(supernet, architecture).inputs(of: samples) {
      expectClose(found.channels(layer), plain(rows), layer)
    }
  }

  @Test func `Threads, blocks and the order of recordings change nothing`() throws {
    let (supernet, architecture) = try golden("tiny", "min")
    let recordings = [goldenSamples("speech-a"), goldenSamples("frames-2")]
    let one = try statistics(supernet, architecture, on: recordings)
    for (threads, convFrames) in [(2, nil), (1, 3), (3, 7)] as [(Int, Int?)] {
      let other = try statistics(supernet, architecture, on: recordings, threads: threads, convFrames: convFrames)
      #expect(zip(one.layers, other.layers).allSatisfy { $0.layer == $1.layer && $0.channels == $1.channels })
    }
    let reversed = try statistics(supernet, architecture, on: recordings.reversed())
    for (a, b) in zip(one.layers, reversed.layers) { expectClose(b.channels, a.channels, a.layer) }
  }

  @Test func `Audio finds outliers that no norm tells of`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/planted.pt"
      let planted = PlantedSupernet()
      planted.write(to: path)
      let supernet = try Supernet(contentsOf: path)
      let architecture = supernet.config.wholeArchitecture
      let recordings = [Array(goldenSamples("speech-b").prefix(8000))]
      let fromNorms = try supernet.quantizationPlan(for: architecture)
      let fromAudio = try supernet.quantizationPlan(
        for: architecture, statistics: statistics(supernet, architecture, on: recordings))
      func outliers(_ plan: QuantizationPlan, _ layer: QuantizableLayer) -> [Int]? {
        plan.decisions.first { $0.layer == layer }?.outliers
      }
      for plan in [fromNorms, fromAudio] {
        #expect(outliers(plan, .projection) == [PlantedSupernet.loudInNorm])
        #expect(plan.decisions.allSatisfy { $0.estimatedError != nil })
      }
      #expect(outliers(fromNorms, .convolution(2)) == [])
      #expect(outliers(fromAudio, .convolution(2)) == [PlantedSupernet.loudInWeights])
    }
  }

  @Test func `A file's own outliers are used, else those that its norms tell of`() throws {
    try withTemporaryFolder { folder in
      PlantedSupernet().write(to: folder + "/planted.pt")
      let supernet = try Supernet(contentsOf: folder + "/planted.pt")
      let architecture = supernet.config.wholeArchitecture
      let recordings = [Array(goldenSamples("speech-b").prefix(8000))]
      let measured = try statistics(supernet, architecture, on: recordings)
      try supernet.extract(architecture, to: folder + "/float.lhb", options: ExtractionOptions(weights: .f32))
      try supernet.extract(
        architecture, to: folder + "/int8.lhb",
        options: ExtractionOptions(weights: .int8, maxError: 1, statistics: measured))
      let fromNorms = try SubnetReader(path: folder + "/float.lhb").outlierChannels()
      let stored = try SubnetReader(path: folder + "/int8.lhb").outlierChannels()
      let conv = TensorRole.weight(.convolution(2))
      #expect(fromNorms[conv] == [] && stored[conv] == [PlantedSupernet.loudInWeights])
      for outliers in [fromNorms, stored] {
        #expect(outliers[.weight(.featureProjection)] == [PlantedSupernet.loudInNorm])
        #expect(
          outliers.count
            == SubnetLayout(config: supernet.config, architecture: architecture).tensors.count(where: \.isQuantizable))
      }
      // Both files run, and tell the same to the precision of int8.
      let options = RuntimeOptions(precision: .int8)
      let exact = try Model(contentsOf: folder + "/float.lhb", options: RuntimeOptions(precision: .f32))
        .features(of: recordings[0])
      for name in ["float", "int8"] {
        let found = try Model(contentsOf: "\(folder)/\(name).lhb", options: options).features(of: recordings[0])
        var (error, power) = (0.0, 0.0)
        for (a, b) in zip(found.values, exact.values) {
          error += Double(a - b) * Double(a - b)
          power += Double(b) * Double(b)
        }
        #expect((error / power).squareRoot() < 0.1, "\(name)")
      }
    }
  }

  @Test func `What cannot be calibrated on is a fault`() throws {
    let (supernet, architecture) = try golden("tiny", "min")
    let calibration = try Calibration(of: architecture, in: supernet)
    #expect(throws: ModelFault.self) { try calibration.add([0, 0]) }
    #expect(throws: ModelFault.self) { try calibration.add(Array(repeating: .nan, count: 500)) }
    #expect(calibration.statistics == nil)
    var wrong = architecture
    wrong.embedDim = 4096
    #expect(throws: ModelFault.self) { try Calibration(of: wrong, in: supernet) }
  }
}

extension ActivationStatistics {
  fileprivate func channels(_ layer: QuantizableLayer) -> ChannelStatistics? {
    layers.first { $0.layer == layer }?.channels
  }
}

/// The feature extractor by its definition, in double precision, for inputs short enough.
private struct PlainExtractor {
  let config: ModelConfig
  let tensors: [String: TensorView]

  init(_ supernet: Supernet, _ architecture: Architecture) throws {
    config = supernet.config
    let weights = try supernet.weights(of: architecture)
    tensors = try Dictionary(
      uniqueKeysWithValues: SubnetLayout(config: config, architecture: architecture).tensors.map {
        ($0.name, try weights.tensor($0.role))
      })
  }

  private func values(_ name: String) -> [Double]? {
    tensors[name].map { view in
      [Double](unsafeUninitializedCapacity: view.count) { target, count in
        if let start = target.baseAddress { view.copy(to: start) }
        count = view.count
      }
    }
  }

  /// What each convolution and the projection multiply, as far as they use it.
  func inputs(of samples: [Float]) -> [(QuantizableLayer, [[Double]])] {
    var rows = (config.normalizesWaveform ? standardized([samples.map(Double.init)])[0] : samples.map(Double.init))
      .map { [$0] }
    var inputs: [(QuantizableLayer, [[Double]])] = []
    let shape = EncoderShape(config: config, architecture: config.wholeArchitecture)
    for (index, layer) in shape.convolutions.enumerated() {
      let count = layer.frameCount(forInput: rows.count)
      if index > 0 {
        inputs.append((.convolution(index), Array(rows.prefix((count - 1) * layer.stride + layer.kernel))))
      }
      rows = convolved(rows, index, layer, count: count).map { $0.map { $0 * 0.5 * (1 + erf($0 / 2.0.squareRoot())) } }
    }
    return inputs + [(.projection, scaled(standardized(rows), "layer_norm"))]
  }

  private func convolved(_ rows: [[Double]], _ index: Int, _ layer: ConvolutionShape, count: Int) -> [[Double]] {
    let name = "feature_extractor.conv_layers.\(index)"
    let weights = values(name + ".0.weight") ?? []
    let bias = values(name + ".0.bias")
    let inputs = rows[0].count
    let output = (0..<count).map { frame in
      (0..<layer.channels).map { channel in
        var sum = bias?[channel] ?? 0
        for tap in 0..<layer.kernel {
          for input in 0..<inputs {
            sum += weights[(channel * inputs + input) * layer.kernel + tap] * rows[frame * layer.stride + tap][input]
          }
        }
        return sum
      }
    }
    if config.extractorMode == .layerNorm { return scaled(standardized(output), name + ".2.1") }
    guard index == 0 else { return output }
    let channels = standardized((0..<layer.channels).map { channel in output.map { $0[channel] } })
    return scaled((0..<count).map { frame in channels.map { $0[frame] } }, name + ".2")
  }

  private func standardized(_ rows: [[Double]]) -> [[Double]] {
    rows.map { row in
      let mean = row.reduce(0, +) / Double(row.count)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(row.count)
      return row.map { ($0 - mean) / (variance + 1e-5).squareRoot() }
    }
  }

  private func scaled(_ rows: [[Double]], _ norm: String) -> [[Double]] {
    guard let gain = values(norm + ".weight"), let bias = values(norm + ".bias") else { return rows }
    return rows.map { row in row.indices.map { row[$0] * gain[$0] + bias[$0] } }
  }
}

/// A checkpoint of a small supernet with the group-norm extractor and two loud channels.
private struct PlantedSupernet {
  /// The channel of `layer_norm` with a gain of 8.
  static let loudInNorm = 9
  /// The output channel of the second convolution, which no norm follows, with weights 20 times as large.
  static let loudInWeights = 5

  let config = SmallSupernet.config {
    $0.convLayers = [
      ConvLayer(channels: 32, kernel: 10, stride: 5), ConvLayer(channels: 32, kernel: 3, stride: 2),
      ConvLayer(channels: 32, kernel: 2, stride: 2),
    ]
    $0.encoderFFNDim = 128
    $0.positionGroups = 4
  }

  func write(to path: String) {
    var numbers = SeededNumbers(seed: 8)
    var supernet = SmallSupernet(config)
    supernet.values = { name, shape in
      var values = numbers.floats(shape.reduce(1, *))
      if shape.count == 1 { values = values.map { name.hasSuffix("weight") ? 1 : $0 / 10 } }
      if name == "layer_norm.weight" { values[PlantedSupernet.loudInNorm] = 8 }
      if name == "feature_extractor.conv_layers.1.0.weight" {
        let row = shape[1] * shape[2]
        for index in 0..<row { values[PlantedSupernet.loudInWeights * row + index] *= 20 }
      }
      return values
    }
    supernet.write(to: path)
  }
}
