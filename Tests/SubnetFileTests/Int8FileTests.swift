import LHConfiguration
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

@Suite struct Int8FileTests {
  /// Odd numbers of channels, so that values do not end at a multiple of 4.
  static let oddConfig: ModelConfig = {
    var config = TestSubnet.config
    config.convLayers = [
      ConvLayer(channels: 7, kernel: 10, stride: 5), ConvLayer(channels: 9, kernel: 3, stride: 2),
      ConvLayer(channels: 11, kernel: 2, stride: 2),
    ]
    return config
  }()

  private func outliers(of tensor: String) -> [Int] {
    if tensor == "feature_extractor.conv_layers.1.0.weight" { return [0, 7] }
    return ["q", "k", "v"].contains { tensor == "encoder.layers.1.self_attn.\($0)_proj.weight" } ? [30] : []
  }

  @Test(arguments: [0, 3]) func followsThePlan(level: Int) throws {
    let reader = try open(try TestSubnet.int8Bytes(level: level))
    #expect(reader.version == 2 && reader.provenance.weights == .int8)
    for tensor in TestSubnet.layout {
      let entry = try reader.entry(tensor.role)
      #expect((entry.elementType == .bfloat16) == (tensor.name == "encoder.layers.0.fc2.weight"))
      #expect((entry.elementType == .int8) == (tensor.isQuantizable && entry.elementType != .bfloat16))
      let outliers = outliers(of: tensor.name)
      #expect(try reader.outliers(of: tensor.role) == outliers)
      #expect(entry.outlierCount == outliers.count)
      let view = try reader.tensor(tensor.role)
      #expect(view.elementType == entry.elementType.decoded && view.shape == tensor.shape)
      let expected = restored(TestSubnet.values(tensor), entry.elementType, tensor.shape, outliers: outliers)
      #expect(floats(view) == expected, "\(tensor.name)")
    }
    #expect(throws: SubnetFileFault.noSuchTensor(path: "memory", tensor: "final_proj.weight")) {
      _ = try reader.outliers(of: .weight(.finalProjection))
    }
  }

  @Test(arguments: [0, 3], [1, 2, 1000]) func partsAreTheWhole(level: Int, rowsAtOnce: Int) throws {
    let reader = try open(try TestSubnet.int8Bytes(level: level))
    for tensor in TestSubnet.layout where tensor.isQuantizable {
      var values: [Float] = []
      try reader.forEachPart(of: tensor.role, rowsAtOnce: rowsAtOnce) { rows, first in
        #expect(first * tensor.count / tensor.shape[0] == values.count && rows.shape[0] <= rowsAtOnce)
        values += [Float](unsafeUninitializedCapacity: rows.count) { target, count in
          rows.copy(to: target.baseAddress!, strides: TensorView.rowMajorStrides(rows.shape)!)
          count = rows.count
        }
      }
      #expect(values == floats(try reader.tensor(tensor.role)), "\(tensor.name)")
    }
  }

  /// So a file that was cut out of the tensors of an int8 file is an int8 file of the same values.
  @Test func quantisingAgainGivesTheSame() throws {
    let first = try TestSubnet.int8Bytes()
    let reader = try open(first)
    let second = try withTemporaryFolder { folder in
      _ = try TestSubnet.int8Writer().write(to: folder + "/a.lhb", sourceDigest: { TestSubnet.digest }) {
        tensor, target in
        let view = try reader.tensor(tensor.role)
        view.copy(to: target.baseAddress!, strides: TensorView.rowMajorStrides(tensor.shape)!)
        return 0
      }
      return readBytes(folder + "/a.lhb")
    }
    let (before, after) = (ForgedFile(first), ForgedFile(second))
    for (index, tensor) in TestSubnet.layout.enumerated() {
      let isInt8 = before.entries[index].type == 4
      let compared = isInt8 ? tensor.count : before.payloads[index].count
      #expect(before.payloads[index].prefix(compared) == after.payloads[index].prefix(compared), "\(tensor.name)")
    }
  }

  @Test func payloadsAreLaidOutAsDocumented() throws {
    var writer = SubnetWriter(
      .subnet(config: Self.oddConfig, architecture: TestSubnet.architecture), provenance: TestSubnet.provenance(.int8))
    writer.plan = QuantizationPlan([
      .init(layer: .convolution(1), outliers: [2, 6], estimatedError: nil, isInt8: true)
    ])
    let bytes = try withTemporaryFolder { folder in
      _ = try writer.write(to: folder + "/a.lhb", sourceDigest: { TestSubnet.digest }, values: TestSubnet.fill)
      return readBytes(folder + "/a.lhb")
    }
    let reader = try open(bytes)
    let layout = SubnetLayout(config: Self.oddConfig, architecture: TestSubnet.architecture).tensors
    let index = try #require(layout.firstIndex { $0.name == "feature_extractor.conv_layers.1.0.weight" })
    let forged = ForgedFile(bytes)
    let (tensor, payload) = (layout[index], forged.payloads[index])
    #expect(tensor.shape == [9, 7, 3] && forged.entries[index].reserved == 2 && forged.version == 2)
    #expect(payload.count == 192 + 9 * 3 * 2 * 4 + 2 * 4)
    #expect(payload[189..<192].allSatisfy { $0 == 0 } && payload.suffix(8) == [2, 0, 0, 0, 6, 0, 0, 0])
    let values = TestSubnet.values(tensor)
    for output in 0..<9 {
      for tap in 0..<3 {
        for group in 0..<2 {
          let channels = group == 1 ? [2, 6] : [0, 1, 3, 4, 5]
          let scale = channels.map { values[(output * 7 + $0) * 3 + tap].magnitude }.max()! / 127
          let place = 192 + ((output * 3 + tap) * 2 + group) * 4
          let found = payload[place..<place + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
          #expect(Float(bitPattern: found) == scale)
          for channel in channels {
            let index = (output * 7 + channel) * 3 + tap
            let expected = Int8((values[index] / scale).rounded(.toNearestOrEven))
            #expect(Int8(bitPattern: payload[index]) == expected)
          }
        }
      }
    }
    for tensor in layout where tensor.isQuantizable {
      let outliers = tensor.name == layout[index].name ? [2, 6] : []
      #expect(
        floats(try reader.tensor(tensor.role))
          == restored(TestSubnet.values(tensor), .int8, tensor.shape, outliers: outliers), "\(tensor.name)")
    }
  }

  @Test func saysWhatItCost() throws {
    try withTemporaryFolder { folder in
      let summary = try TestSubnet.int8Writer().write(
        to: folder + "/a.lhb", sourceDigest: { TestSubnet.digest }, values: TestSubnet.fill)
      let reader = try SubnetReader(path: folder + "/a.lhb")
      #expect(summary.sourceByteCount == 12_345 && summary.plan?.decisions.count == 3)
      for type in [StoredElementType.bfloat16, .int8, .float16] {
        var (error, power) = (0.0, 0.0)
        var relative: [String: Double] = [:]
        for tensor in TestSubnet.layout where try reader.entry(tensor.role).elementType == type {
          let (stored, original) = (floats(try reader.tensor(tensor.role)), TestSubnet.values(tensor))
          guard stored != original else { continue }
          let errors = zip(stored, original).reduce(0.0) {
            $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1))
          }
          let powers = original.reduce(0.0) { $0 + Double($1) * Double($1) }
          relative[tensor.name] = (errors / powers).squareRoot()
          error += errors
          power += powers
        }
        #expect(abs(summary.relativeError(of: type) / (error / power).squareRoot() - 1) < 1e-9)
        let worst = try #require(summary.worstTensor(of: type))
        #expect(worst.name == relative.max { $0.value < $1.value }?.key)
      }
      #expect(summary.relativeError(of: .float32) == 0 && summary.worstTensor(of: .float32) == nil)
      #expect(summary.tensorCount(of: .bfloat16) == 1)
    }
  }

  /// Numbers that float16 cannot hold, or not well, stay float32 where they need not be small.
  @Test(arguments: [70_000, 1e-7]) func keepsWhatFloat16CannotHold(factor: Float) throws {
    try withTemporaryFolder { folder in
      let role = TensorRole.weight(.position(0))
      _ = try TestSubnet.writer(.bf16).write(to: folder + "/a.lhb", sourceDigest: { TestSubnet.digest }) {
        tensor, target in
        let error = TestSubnet.fill(tensor, target)
        if tensor.role == role { for index in target.indices { target[index] *= 10 * factor } }
        return error
      }
      #expect(try SubnetReader(path: folder + "/a.lhb").entry(role).elementType == .float32)
    }
  }

  @Test func refusesWhatHasNoScale() {
    withTemporaryFolder { folder in
      let name = "encoder.layers.0.fc1.weight"
      for weights in [WeightsChoice.int8, .bf16] {
        let type = weights == .int8 ? "int8" : "bfloat16"
        #expect(throws: SubnetFileFault.outOfRange(tensor: name, type: type)) {
          _ = try TestSubnet.writer(weights).write(to: folder + "/a.lhb", sourceDigest: { TestSubnet.digest }) {
            tensor, target in
            let error = TestSubnet.fill(tensor, target)
            // The largest number whose 127th part, times 127, is not finite.
            if TestSubnet.names.name(of: tensor.role) == name {
              target[5] = weights == .int8 ? Float.greatestFiniteMagnitude : 0x1.fffp127
            }
            return error
          }
        }
      }
      #expect(filesInFolder(folder) == [])
    }
  }
}
