import LHExport
import LHImport
import LHModel
import LHSafetensors
import LHSubnetFile
import LHSystem
import LHTensors
import LHTestSupport
import LightHuBERT
import Testing

/// Safetensors with our own names say themselves what they are.
@Suite struct SafetensorsFormTests {
  private func export(_ path: String, to out: String, _ type: ElementType = .float32) throws {
    var options = HuggingFaceTests.options
    options.elementType = type
    _ = try ModelExport(contentsOf: path).write(.safetensors, to: out, options: options)
  }

  @Test func `A model comes back as it was`() throws {
    try withTemporaryFolder { folder in
      let shape = RandomModel.shape {
        $0.scalesChannels = true
        $0.attentionBias = HuggingFaceTests.gated
        $0.layers[0] = LayerShape(attention: nil, feedForwardWidth: 3)
        $0.layers[1].attention?.window = .sliding(size: 4)
        $0.finalProjection = 5
        $0.normalizesWaveform = true
      }
      let model = try RandomModel(shape, of: .dpWavLM, in: folder)
      let (out, again) = ("\(folder)/a.safetensors", "\(folder)/again.lhb")
      try export(model.path, to: out)
      try PretrainedModel(contentsOf: out).extract(to: again, options: ExtractionOptions(weights: .f32))
      let (one, other) = (try SubnetReader(path: model.path), try SubnetReader(path: again))
      #expect(one.model == other.model)
      for tensor in one.layout.tensors {
        let (before, after) = (try one.tensor(tensor.role), try other.tensor(tensor.role))
        #expect(Array(before.storage.bytes) == Array(after.storage.bytes))
      }
    }
  }

  @Test func `A subnet comes back as a subnet`() throws {
    try withTemporaryFolder { folder in
      let path = Fixture.path("versions/v1-tiny-min.lhb")
      let (out, again) = ("\(folder)/a.safetensors", "\(folder)/again.lhb")
      try export(path, to: out)
      let model = try PretrainedModel(contentsOf: out)
      try model.extract(to: again)
      let (one, other) = (try SubnetReader(path: path), try SubnetReader(path: again))
      #expect(one.model == other.model && other.version == 1 && other.model.architecture != nil)
      #expect(
        try largestDifference(
          Model(contentsOf: again), Model(contentsOf: path), goldenSamples("speech-b")) == 0)
      #expect(throws: ExtractionFault.self) {
        try PretrainedModel(contentsOf: out, ReadingChoices(normalizesWaveform: true))
      }
    }
  }

  @Test(arguments: [ElementType.float16, .bfloat16])
  func `Other number formats round`(type: ElementType) throws {
    try withTemporaryFolder { folder in
      let model = try RandomModel(RandomModel.shape(), in: folder)
      let out = "\(folder)/a.safetensors"
      try export(model.path, to: out, type)
      let difference = try largestDifference(
        Model(of: PretrainedModel(contentsOf: out)), Model(contentsOf: model.path), goldenSamples("frames-2"))
      #expect(difference > 0 && difference < (type == .float16 ? 0.01 : 0.1))
    }
  }

  @Test func `What the texts and the tensors do not agree on is refused`() throws {
    try withTemporaryFolder { folder in
      let model = try RandomModel(RandomModel.shape(), in: folder)
      let out = "\(folder)/a.safetensors"
      try export(model.path, to: out)
      let file = try SafetensorsFile(path: out)
      func refusal(_ change: (inout [String: String], inout [SafetensorsFileWriter.Tensor]) -> Void) throws -> String {
        var metadata = file.metadata
        var tensors = file.tensorNames.map {
          SafetensorsFileWriter.Tensor(name: $0, element: .weight(.float32), shape: file.shape(of: $0) ?? [])
        }
        change(&metadata, &tensors)
        let writer = SafetensorsFileWriter(tensors, metadata: metadata.map { ($0.key, $0.value) })
        let spoilt = try AtomicFile(path: "\(folder)/b.safetensors", replacing: true)
        try writer.write(to: spoilt) { [UInt8](repeating: 0, count: tensors[$0].byteCount) }
        try spoilt.commit()
        do {
          _ = try PretrainedModel(contentsOf: "\(folder)/b.safetensors")
          return ""
        } catch {
          return "\(error)"
        }
      }
      #expect(try refusal { _, _ in } == "")
      #expect(try refusal { texts, _ in texts["lighthubert"] = "2" }.contains("another form than 1"))
      #expect(try refusal { texts, _ in texts["shape"] = "{" }.contains("JSON"))
      #expect(try refusal { texts, _ in texts["shape"] = nil }.contains("shape"))
      #expect(try refusal { texts, _ in texts["family"] = "bert" }.contains("family"))
      #expect(try refusal { texts, _ in texts["architecture"] = "{}" }.contains("config"))
      #expect(try refusal { _, tensors in tensors.removeLast() }.contains("is missing"))
      #expect(try refusal { _, tensors in tensors[0].shape[0] += 1 }.contains("has shape"))
      #expect(
        try refusal { _, tensors in
          tensors.append(SafetensorsFileWriter.Tensor(name: "more", element: .weight(.float32), shape: [1]))
        }.contains("more"))
      #expect(try refusal { texts, _ in texts = [:] }.contains("config.json"))
    }
  }
}
