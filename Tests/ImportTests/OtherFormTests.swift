import LHImport
import LHJSON
import LHModel
import LHSubnetFile
import LHSupernet
import LHTensors
import LHTestSupport
import LHTorch
import Testing

/// The golden supernet with its tensors under other names and keys, and its position convolution in other forms: the
/// subnet is the same, to the bit.
@Suite struct OtherFormTests {
  let tiny = Fixture.path("golden/tiny.pt")
  static let position = "encoder.pos_conv.0."

  /// The golden checkpoint written again, with names and values that `change` gives.
  private func rewrite(
    to path: String, key: String = "model", configurationKey: String = "cfg", prefix: String = "",
    _ change: (String) throws -> [(name: String, values: [Float], shape: [Int])]? = { _ in nil }
  ) throws {
    let source = try Checkpoint(path: tiny)
    var writer = CheckpointWriter()
    writer.stateDictKey = key
    writer.configurationKey = configurationKey
    writer.configuration = source.configuration
    for name in source.tensorNames {
      if let tensors = try change(name) {
        for tensor in tensors { writer.addTensor(prefix + tensor.name, tensor.values, shape: tensor.shape) }
      } else {
        let (values, shape) = try floats(source, name)
        writer.addTensor(prefix + name, values, shape: shape)
      }
    }
    writer.write(to: path)
  }

  private func floats(_ checkpoint: Checkpoint, _ name: String) throws -> (values: [Float], shape: [Int]) {
    let view = try #require(try checkpoint.tensor(name))
    var values = [Double](repeating: 0, count: view.count)
    values.withUnsafeMutableBufferPointer { target in
      if let start = target.baseAddress { view.copy(to: start) }
    }
    return (values.map(Float.init), view.shape)
  }

  /// The entries of a subnet, which hold the checksums of its tensors.
  private func entries(of path: String, in folder: String) throws -> [TensorEntry] {
    let supernet = try Supernet(contentsOf: path)
    let architecture = try Architecture(
      String(decoding: readBytes(Fixture.path("golden/arch-mixed.json")), as: UTF8.self), fitting: supernet.config)
    let options = ExtractionOptions(weights: .f32, compressionLevel: 0, replacing: true)
    try supernet.extract(architecture, to: folder + "/a.lhb", options: options)
    return try SubnetReader(path: folder + "/a.lhb").entries
  }

  private func checksums(of path: String, in folder: String) throws -> [String: String] {
    Dictionary(uniqueKeysWithValues: try entries(of: path, in: folder).map { ($0.name, $0.checksumText) })
  }

  @Test func `Other keys and prefixes give the same subnet`() throws {
    try withTemporaryFolder { folder in
      let expected = try checksums(of: tiny, in: folder)
      let path = folder + "/other.pt"
      try rewrite(to: path, key: "model_state_dict", configurationKey: "hyper_parameters", prefix: "module._orig_mod.")
      #expect(try checksums(of: path, in: folder) == expected)
      let notes = try Supernet(contentsOf: path).notes
      #expect(notes.count == 3, "\(notes)")
      #expect(try Supernet(contentsOf: tiny).notes == [])
    }
  }

  @Test func `Weight norm as a parametrization gives the same subnet`() throws {
    let source = try Checkpoint(path: tiny)
    try withTemporaryFolder { folder in
      let path = folder + "/other.pt"
      try rewrite(to: path) { name in
        guard name.hasPrefix(Self.position + "weight_") else { return nil }
        let (values, shape) = try floats(source, name)
        let number = name.hasSuffix("_g") ? 0 : 1
        return [(Self.position + "parametrizations.weight.original\(number)", values, shape)]
      }
      #expect(try checksums(of: path, in: folder) == (try checksums(of: tiny, in: folder)))
    }
  }

  /// PyTorch computes the weight in float32 when it removes the norm, this project in float64: the files differ in the
  /// last bit of that tensor at most, and what is taken is what the checkpoint has.
  @Test func `Weight norm that was removed gives the weight that is there`() throws {
    let source = try Checkpoint(path: tiny)
    let (lengths, _) = try floats(source, Self.position + "weight_g")
    let (directions, shape) = try floats(source, Self.position + "weight_v")
    let taps = shape[2]
    var sums = [Double](repeating: 0, count: taps)
    for (index, value) in directions.enumerated() { sums[index % taps] += Double(value) * Double(value) }
    for isExact in [true, false] {
      let weight = directions.enumerated().map { index, value in
        let tap = index % taps
        if isExact { return Float(Double(lengths[tap]) * Double(value) / sums[tap].squareRoot()) }
        return value * (lengths[tap] / Float(sums[tap].squareRoot()))
      }
      try withTemporaryFolder { folder in
        let path = folder + "/other.pt"
        try rewrite(to: path) { name in
          guard name.hasPrefix(Self.position + "weight_") else { return nil }
          return name.hasSuffix("_g") ? [] : [(Self.position + "weight", weight, shape)]
        }
        let expected = try checksums(of: tiny, in: folder)
        let reader = try SubnetReader(path: folder + "/a.lhb")
        let folded = try reader.tensor(.weight(.position(0)))
        let found = try checksums(of: path, in: folder)
        let taken = try SubnetReader(path: folder + "/a.lhb").tensor(.weight(.position(0)))
        let name = Self.position + "weight"
        #expect(expected.filter { $0.key != name } == found.filter { $0.key != name })
        if isExact { #expect(expected[name] == found[name]) }
        let count = folded.shape.reduce(1, *)
        folded.withFloats { folded in
          taken.withFloats { taken in
            for index in 0..<count {
              #expect(abs(folded[index] - taken[index]) <= 2 * folded[index].ulp, "element \(index)")
            }
          }
        }
      }
    }
  }
}
