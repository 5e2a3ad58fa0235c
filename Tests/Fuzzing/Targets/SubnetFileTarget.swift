import LHSubnetFile
import LHSupernet
import LHTensors
import LightHuBERT

extension FuzzTarget {
  /// A subnet file, from memory and by its path: every tensor read; when it is sound and small, a model that runs.
  static let subnetFile = FuzzTarget(
    name: "subnet-file",
    test: { bytes in
      let storage = TensorStorage(byteCount: bytes.count) { $0.copyBytes(from: bytes) }
      let inMemory = try? SubnetReader(bytes: storage.bytes, owner: storage, name: "memory")
      let file = MemoryFile(bytes)
      let byPath = try? SubnetReader(path: file.path)
      expect((inMemory == nil) == (byPath == nil), "a file is as good as its bytes")
      guard let inMemory, let byPath else { return }
      var isSound = true
      var count = 0
      for (entry, tensor) in zip(inMemory.entries, inMemory.layout.tensors) {
        _ = try? inMemory.outliers(of: tensor.role)
        let whole = try? inMemory.tensor(entry)
        var parts: [UInt32] = []
        let isWhole =
          (try? byPath.forEachPart(of: tensor.role, rowsAtOnce: 5) { rows, _ in parts += bits(rows) }) != nil
        expect(isWhole == (whole != nil), "\(entry.name) is as good whole as in parts")
        if let whole { expect(bits(whole) == parts, "\(entry.name) is the same whole and in parts") }
        isSound = isSound && isWhole
        count += entry.shape.reduce(1, *)
      }
      guard count < 1 << 17 else { return }
      let precisions: [Precision] = [.f32, .bf16, .int8, .int8Mixed]
      let options = RuntimeOptions(threadCount: 1, precision: precisions[bytes.count / 64 % 4])
      let model = try? bytes.withUnsafeBytes { try Model(bytes: $0, options: options) }
      expect(model == nil || isSound, "a model is made of sound tensors only")
      guard let model, model.minimumSampleCount < 4000 else { return }
      let samples = (0..<model.minimumSampleCount + 700).map { Float($0 % 37) / 37 - 0.5 }
      _ = try? model.features(of: samples)
    },
    mutate: { bytes, mutator in
      if bytes.count < 32 {
        if mutator.random(3) == 0 {
          return SampleFiles.model(SampleFiles.whole, mutator.choose([.auto, .int8, .bf16]))
        }
        return SampleFiles.subnet(mutator.choose([.auto, .int8, .bf16]), level: mutator.random(2))
      }
      return SubnetFileMutation.mutated(bytes, &mutator)
    })

  private static func bits(_ view: TensorView) -> [UInt32] {
    var floats = [Float](repeating: 0, count: view.count)
    guard let strides = TensorView.rowMajorStrides(view.shape) else { return [] }
    floats.withUnsafeMutableBufferPointer { if let start = $0.baseAddress { view.copy(to: start, strides: strides) } }
    return floats.map(\.bitPattern)
  }
}
