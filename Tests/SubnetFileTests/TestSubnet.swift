import LHModel
import LHQuantization
import LHSubnetFile
import LHSupernet
import LHSupernetCheckpoint
import LHSystem
import LHTensorNames
import LHTensors
import LHTestSupport
import Testing

/// A small subnet with made-up weights: biases that float16 holds exactly, and weights that it does not.
enum TestSubnet {
  static let config = SmallSupernet.config {
    $0.encoderLayers = 2
    $0.encoderFFNDim = 128
    $0.positionKernel = 5
    $0.positionGroups = 4
    $0.normalize = false
  }

  static let architecture = Architecture(
    embedDim: 32, headCounts: [1, 1], ffnDims: [40, 64], windows: [.global, .sliding(size: 4)])

  static let names = FairseqNames(EncoderShape(config: config, architecture: architecture))

  static let layout = SubnetLayout(config: config, architecture: architecture).tensors

  static func provenance(_ weights: WeightsChoice = .auto) -> Provenance {
    Provenance(
      source: "some/folder/model.pt", sourceSize: 12_345, tool: "test 1.0", date: "2026-01-31T12:00:00Z",
      weights: weights)
  }

  static let digest = String(repeating: "0123456789abcdef", count: 4)

  /// A tensor's elements, which depend on its name only.
  static func values(_ tensor: SubnetTensor) -> [Float] { values(tensor.tensor) }

  /// The same.
  static func values(_ tensor: EncoderTensor) -> [Float] {
    let name = names.name(of: tensor.role)
    var generator = SeededNumbers(seed: name.utf8.reduce(5381) { $0 &* 33 &+ UInt64($1) })
    return (0..<tensor.count).map { _ in
      let bits = generator.next()
      if name.hasSuffix("bias") { return Float(Int(bits % 2048) - 1024) / 512 }
      return (Float(bits % 1_000_003) / 1_000_003 - 0.5) * 0.37
    }
  }

  static func fill(_ tensor: EncoderTensor, _ target: UnsafeMutableBufferPointer<Float>) -> Double {
    _ = target.update(fromContentsOf: values(tensor))
    return 0
  }

  static func writer(_ weights: WeightsChoice = .auto, level: Int = 0) -> SubnetWriter {
    var writer = SubnetWriter(
      .subnet(config: config, architecture: architecture), provenance: provenance(weights))
    writer.compressionLevel = level
    return writer
  }

  /// A writer of int8 with outliers in some layers, and a layer in bfloat16.
  static func int8Writer(level: Int = 0) -> SubnetWriter {
    var writer = writer(.int8, level: level)
    writer.plan = QuantizationPlan([
      .init(layer: .convolution(1), outliers: [0, 7], estimatedError: 0.01, isInt8: true),
      .init(layer: .attentionInput(1), outliers: [30], estimatedError: 0.02, isInt8: true),
      .init(layer: .feedForwardOutput(0), outliers: [4], estimatedError: 0.04, isInt8: false),
    ])
    return writer
  }

  static func int8Bytes(level: Int = 0) throws -> [UInt8] {
    try withTemporaryFolder { folder in
      _ = try int8Writer(level: level).write(to: folder + "/a.lhb", sourceDigest: { digest }, values: fill)
      return readBytes(folder + "/a.lhb")
    }
  }

  @discardableResult
  static func write(to path: String, _ weights: WeightsChoice = .auto, level: Int = 0) throws -> SubnetSummary {
    try writer(weights, level: level).write(to: path, sourceDigest: { digest }, values: fill)
  }

  static func bytes(_ weights: WeightsChoice = .auto, level: Int = 0) throws -> [UInt8] {
    try withTemporaryFolder { folder in
      try write(to: folder + "/a.lhb", weights, level: level)
      return readBytes(folder + "/a.lhb")
    }
  }
}

/// Opens bytes in memory as a subnet file.
func open(_ bytes: [UInt8]) throws(SubnetFileFault) -> SubnetReader {
  let storage = TensorStorage(byteCount: bytes.count) { $0.copyBytes(from: bytes) }
  return try SubnetReader(bytes: storage.bytes, owner: storage, name: "memory")
}

extension SubnetReader {
  /// What the tensor is for that the file has under a name.
  func role(named name: String) throws -> TensorRole {
    try #require(zip(entries, layout.tensors).first { $0.0.name == name }).1.role
  }
}

/// The first thing that is wrong with bytes, when they are opened and every tensor is read.
func firstFault(in bytes: [UInt8]) -> SubnetFileFault? {
  do throws(SubnetFileFault) {
    let reader = try open(bytes)
    for entry in reader.entries { _ = try reader.tensor(entry) }
    return nil
  } catch {
    return error
  }
}

/// A tensor's elements as float32.
func floats(_ view: TensorView) -> [Float] {
  [Float](unsafeUninitializedCapacity: view.count) { target, count in
    view.elementType.decode(view.storage.bytes.baseAddress!, count: view.count, into: target.baseAddress!)
    count = view.count
  }
}

/// What becomes of numbers in an element type, by its definition.
func restored(_ values: [Float], _ type: StoredElementType, _ shape: [Int], outliers: [Int] = []) -> [Float] {
  switch type {
  case .float32: return values
  case .float16: return values.map { Float(Float16($0)) }
  case .bfloat16:
    return values.map { value in
      // Float's own rounding, to the nearest multiple of 2^-7 of the leading bit.
      let unit = value.ulp * 0x1p16
      return (value / unit).rounded(.toNearestOrEven) * unit
    }
  case .int8:
    let (inputs, taps) = (shape[1], shape.count > 2 ? shape[2] : 1)
    var restored = values
    for output in 0..<shape[0] {
      for tap in 0..<taps {
        for isOutlier in [false, true] {
          let places = (0..<inputs).filter { outliers.contains($0) == isOutlier }
            .map { (output * inputs + $0) * taps + tap }
          let scale = (places.map { values[$0].magnitude }.max() ?? 0) / 127
          for place in places {
            restored[place] = scale > 0 ? (values[place] / scale).rounded(.toNearestOrEven) * scale : 0
          }
        }
      }
    }
    return restored
  }
}
