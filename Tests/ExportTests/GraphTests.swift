import LHExport
import LHModel
import LHTestSupport
import Testing

/// What graphs compute is checked by `make check-exports`, which runs them.
@Suite struct GraphTests {
  private func write(_ shape: EncoderShape, _ folder: String, _ change: (inout ExportOptions) -> Void) throws
    -> (summary: ExportSummary, bytes: [UInt8])
  {
    let model = try RandomModel(shape, in: folder, name: "\(filesInFolder(folder).count).lhb")
    var options = HuggingFaceTests.options
    options.replacing = true
    change(&options)
    let summary = try ModelExport(contentsOf: model.path).write(.onnx, to: "\(folder)/m.onnx", options: options)
    return (summary, readBytes("\(folder)/m.onnx"))
  }

  @Test func `A graph is the same every time`() throws {
    try withTemporaryFolder { folder in
      let shape = RandomModel.shape { $0.attentionBias = HuggingFaceTests.gated }
      let (summary, bytes) = try write(shape, folder) { $0.hiddenStates = true }
      let again = try write(shape, folder) { $0.hiddenStates = true }
      #expect(bytes == again.bytes)
      #expect(summary.about == "input wav [1, samples], outputs x, encoder_input, ..., hidden_state_2")
    }
  }

  @Test func `The final projection takes the layer that is asked for`() throws {
    try withTemporaryFolder { folder in
      let shape = RandomModel.shape { $0.finalProjection = 5 }
      let last = try write(shape, folder) { _ in }
      let first = try write(shape, folder) { $0.projectedLayer = 1 }
      #expect(last.summary.about.hasSuffix("outputs x, final_proj") && first.bytes != last.bytes)
      #expect {
        try write(shape, folder) { $0.projectedLayer = 3 }
      } throws: {
        "\($0)".contains("no layer 3 whose output could be projected, expected one in 1...2")
      }
      #expect {
        try write(RandomModel.shape(), folder) { $0.projectedLayer = 1 }
      } throws: {
        "\($0)".contains("has no final projection")
      }
    }
  }

  @Test func `Weights lie beside the graph when that is asked for`() throws {
    try withTemporaryFolder { folder in
      let shape = RandomModel.shape { $0.layers[0].feedForwardWidth = 100 }
      let inline = try write(shape, folder) { _ in }
      let (summary, bytes) = try write(shape, folder) { $0.externalData = true }
      #expect(summary.files == ["\(folder)/m.onnx", "\(folder)/m.onnx.data"] && bytes.count < inline.bytes.count)
      #expect(summary.byteCount == bytes.count + readBytes("\(folder)/m.onnx.data").count)
    }
  }

  @Test func `An export that is cancelled leaves nothing`() throws {
    try withTemporaryFolder { folder in
      let model = try RandomModel(RandomModel.shape(), in: folder)
      for form in ExportForm.allCases {
        #expect {
          try ModelExport(contentsOf: model.path).write(
            form, to: "\(folder)/out", options: HuggingFaceTests.options, progress: { $0 < 0.5 })
        } throws: {
          "\($0)" == "cancelled"
        }
        #expect(filesInFolder(folder) == ["model.lhb"])
        #expect {
          try ModelExport(contentsOf: model.path).write(form, to: model.path, options: HuggingFaceTests.options)
        } throws: {
          "\($0)".contains("is the model itself")
        }
      }
    }
  }
}
