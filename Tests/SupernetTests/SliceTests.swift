import LHConfiguration
import LHSupernet
import LHSupernetCheckpoint
import LHTensorNames
import LHTensors
import Testing

@Suite struct SliceTests {
  /// One tensor of a small subnet with FE 4, FF 8, width 2 and FFN width 3: the FFN keeps units 0, 1 and 4.
  private func tensor(_ name: String, _ change: (inout ModelConfig) -> Void = { _ in }) throws -> SubnetTensor {
    var config = ModelConfig()
    config.convLayers = [ConvLayer(channels: 3, kernel: 2, stride: 1)]
    config.encoderEmbedDim = 4
    config.encoderFFNDim = 8
    config.encoderHeads = 2
    config.positionGroups = 2
    config.positionKernel = 2
    change(&config)
    let architecture = Architecture(
      embedDim: 2, headCounts: Array(repeating: 1, count: 11), ffnDims: Array(repeating: 3, count: 11))
    return try #require(SubnetLayout(config: config, architecture: architecture).tensors.first { $0.name == name })
  }

  private func view(_ values: [Double], _ shape: [Int], as type: ElementType = .float32) throws -> TensorView {
    let storage = TensorStorage(byteCount: values.count * type.byteCount) { bytes in
      if type == .float64 { return bytes.copyBytes(from: values.withUnsafeBytes(Array.init)) }
      type.encode(values.map(Float.init), count: values.count, into: bytes.baseAddress!)
    }
    return try #require(TensorView(elementType: type, shape: shape, storage: storage))
  }

  private func elements(_ slice: TensorSlice, error: Double = 0) throws -> [Float] {
    var values = [Float](repeating: .nan, count: slice.tensor.count)
    #expect(try values.withUnsafeMutableBufferPointer { try slice.write(to: $0) } == error)
    return values
  }

  @Test(arguments: ElementType.allCases) func takesTheUnitsOfTheFFNFromBlocks(type: ElementType) throws {
    // Element [unit, input] is 10 * unit + input.
    let fc1 = try view((0..<32).map { Double($0 / 4 * 10 + $0 % 4) }, [8, 4], as: type)
    #expect(try elements(tensor("encoder.layers.0.fc1.weight").slice { _ in fc1 }) == [0, 1, 10, 11, 40, 41])
    let fc2 = try #require(
      TensorView(elementType: type, shape: [4, 8], strides: [1, 4], offset: 0, storage: fc1.storage))
    #expect(try elements(tensor("encoder.layers.0.fc2.weight").slice { _ in fc2 }) == [0, 10, 40, 1, 11, 41])
    let bias = try view([0, 1, 2, 3, 4, 5, 6, 7], [8], as: type)
    #expect(try elements(tensor("encoder.layers.0.fc1.bias").slice { _ in bias }) == [0, 1, 4])
  }

  @Test func asksForTheLayerThatIsKept() throws {
    var asked = ""
    let norm = try view([1, 2, 3, 4], [4])
    let slice = try tensor("encoder.layers.10.final_layer_norm.bias").slice {
      asked = $0
      return norm
    }
    #expect(asked == "encoder.layers.10.final_layer_norm.bias" && slice.elementType == .float32)
    let shallow = Architecture.uniform(embedDim: 16, heads: 1, ffnDim: 3, layerCount: 6)
    let layout = SubnetLayout(config: ModelConfig(), architecture: shallow)
    let last = try #require(layout.tensors.last)
    #expect(last.name == "encoder.layers.5.final_layer_norm.bias")
    #expect(last.sources.map(\.name) == ["encoder.layers.9.final_layer_norm.bias"])
  }

  @Test(arguments: ElementType.allCases) func foldsTheWholeKernelBeforeItIsCut(type: ElementType) throws {
    let kernel = try tensor("encoder.pos_conv.0.weight")
    #expect(kernel.shape == [2, 1, 2] && kernel.sources.map(\.shape) == [[1, 1, 2], [4, 2, 2]])
    // Over all 8 channels, tap 0 has length sqrt(1 + 3 * 5) = 4 and tap 1 sqrt(9 * 4) = 6.
    let directions = try view([1, 3, 0, 0, 1, 3, 1, 0, 2, 3, 3, 0, 0, 3, 0, 0], [4, 2, 2], as: type)
    let lengths = try view([2, -3], [1, 1, 2], as: type)
    let slice = try kernel.slice { $0.hasSuffix("_g") ? lengths : directions }
    #expect(try elements(slice) == [0.5, -1.5, 0.5, -1.5])
    #expect(slice.elementType == .float32)
  }

  @Test(arguments: ElementType.allCases) func takesTheWeightItselfWhenItsNormWasRemoved(type: ElementType) throws {
    let kernel = try tensor("encoder.pos_conv.0.weight")
    let weight = try view([1, 3, 0, 0, 1, 3, 1, 0, 2, 3, 3, 0, 0, 3, 0, 0], [4, 2, 2], as: type)
    let slice = try kernel.slice { $0 == "encoder.pos_conv.0.weight" ? weight : nil }
    #expect(try elements(slice) == [1, 3, 1, 3] && slice.elementType == type)
    let parts = kernel.sources.map { TensorProblem.missing(tensor: $0.name, shape: $0.shape) }
    let short = try view([1, 2], [1, 1, 2])
    #expect(throws: SubnetFault.tensorsDoNotFit([parts[0]])) {
      try kernel.slice { $0 == "encoder.pos_conv.0.weight" ? short : nil }
    }
    // Half a weight norm is not made whole by a weight.
    #expect(throws: SubnetFault.tensorsDoNotFit([parts[1]])) {
      try kernel.slice { $0.hasSuffix("_g") ? short : $0.hasSuffix("_v") ? nil : weight }
    }
  }

  @Test func refusesATapWithoutDirection() throws {
    let directions = try view([1, 0, 0, 0, 1, 0, 1, 0, 2, 0, 3, 0, 0, 0, 0, 0], [4, 2, 2])
    let lengths = try view([1, 1], [1, 1, 2])
    let slice = try tensor("encoder.pos_conv.0.weight").slice { $0.hasSuffix("_g") ? lengths : directions }
    #expect(throws: SubnetFault.zeroNorm(tensor: "encoder.pos_conv.0.weight_v", tap: 1)) { try elements(slice) }
  }

  @Test func reportsHowMuchAFloat64Loses() throws {
    let exact = 1.0 + 0x1p-30
    let norm = try view([exact, -2, 3, 0.1], [4], as: .float64)
    #expect(try elements(tensor("encoder.layer_norm.weight").slice { _ in norm }, error: 0x1p-30) == [1, -2])
  }

  @Test(arguments: [ElementType.float32, .float16, .bfloat16, .float64], [Double.nan, .infinity, -.infinity])
  func refusesWhatIsNotFinite(type: ElementType, value: Double) throws {
    let matrix = try view((0..<512).map { $0 == 129 ? value : 1 }, [4, 128], as: type)
    let slice = try tensor("encoder.layers.3.self_attn.out_proj.weight").slice { _ in matrix }
    #expect(
      throws: SubnetFault.notFinite(
        tensor: "encoder.layers.3.self_attn.out_proj.weight", index: 65, value: "\(Float(value))")
    ) { try elements(slice) }
    var values = [Float](repeating: 0, count: slice.tensor.count)
    _ = try values.withUnsafeMutableBufferPointer { try slice.write(to: $0, allowingNonfinite: true) }
    #expect(values.indices.filter { !values[$0].isFinite } == [65])
    // What is not kept may be anything.
    let norm = try view([1, 2, value, value], [4], as: type)
    #expect(try elements(tensor("encoder.layer_norm.bias").slice { _ in norm }) == [1, 2])
  }

  @Test func refusesFloat64BeyondFloat32() throws {
    let norm = try view([1, 1e39, 0, 0], [4], as: .float64)
    #expect(throws: SubnetFault.notFinite(tensor: "encoder.layer_norm.bias", index: 1, value: "inf")) {
      try elements(tensor("encoder.layer_norm.bias").slice { _ in norm })
    }
  }

  @Test func namesTheTensorThatIsMissingOrMisshapen() throws {
    let norm = try tensor("encoder.layer_norm.bias")
    #expect(throws: SubnetFault.tensorsDoNotFit([.missing(tensor: norm.name, shape: [4])])) {
      try norm.slice { _ in nil }
    }
    let short = try view([1, 2], [2])
    #expect(throws: SubnetFault.tensorsDoNotFit([.wrongShape(tensor: norm.name, found: [2], expected: [4])])) {
      try norm.slice { _ in short }
    }
  }
}
