import CLightHuBERT
import LHTestSupport
import Testing

/// Models written for other programs through the C interface.
@Suite struct ExportTests {
  private static let model = Fixture.path("versions/v1-tiny-min.lhb")

  private func options(_ change: (inout lh_export_options) -> Void = { _ in }) -> lh_export_options {
    var options = lh_export_options()
    options.struct_size = MemoryLayout<lh_export_options>.size
    change(&options)
    return options
  }

  @Test(arguments: [(LH_EXPORT_HUGGING_FACE, "hf"), (LH_EXPORT_ONNX, "onnx"), (LH_EXPORT_SAFETENSORS, "safetensors")])
  func theOutputIsThatOfTheProgram(_ form: Int, _ name: String) throws {
    try withTemporaryFolder { folder in
      var options = options()
      let (ours, theirs) = (folder + "/library", folder + "/program")
      try succeed { lh_export(Self.model, Int32(form), ours, &options, $0) }
      let program = runProgram("lhb-export", ["--quiet", "--to", name, Self.model, theirs])
      try #require(program.status == 0, "\(program.errors)")
      let files = form == LH_EXPORT_HUGGING_FACE ? filesInFolder(ours).map { "/" + $0 } : [""]
      #expect(files.count == (form == LH_EXPORT_HUGGING_FACE ? 3 : 1))
      for file in files {
        let (left, right) = (readBytes(ours + file), readBytes(theirs + file))
        // A graph names its producer.
        #expect(form == LH_EXPORT_ONNX ? abs(left.count - right.count) < 8 : left == right, "\(file)")
      }
      let again = outcome { lh_export(Self.model, Int32(form), ours, &options, $0) }
      #expect(again.status == LH_CANNOT_CREATE)
      options.replace = 1
      try succeed { lh_export(Self.model, Int32(form), ours, &options, $0) }
    }
  }

  @Test func whatCannotBeLeavesNothing() throws {
    try withTemporaryFolder { folder in
      func refusal(
        _ form: Int, _ model: String = Self.model, _ change: (inout lh_export_options) -> Void = { _ in }
      ) -> Outcome {
        var options = options(change)
        return outcome { lh_export(model, Int32(form), folder + "/out", &options, $0) }
      }
      for form in [-1, 0, 4, Int(Int32.min)] { #expect(refusal(form).status == LH_INVALID_ARGUMENT) }
      #expect(refusal(LH_EXPORT_ONNX) { $0.pad = 1 }.message.contains("pad is not 0"))
      #expect(refusal(LH_EXPORT_HUGGING_FACE) { $0.hidden_states = 1 }.status == LH_INVALID_ARGUMENT)
      #expect(refusal(LH_EXPORT_SAFETENSORS) { $0.weights = Int32(LH_WEIGHTS_INT8) }.status == LH_INVALID_ARGUMENT)
      #expect(refusal(LH_EXPORT_ONNX) { $0.projected_layer = 1 }.message.contains("no final projection"))
      #expect(refusal(LH_EXPORT_ONNX) { $0.projected_layer = -1 }.status == LH_INVALID_ARGUMENT)
      #expect(refusal(LH_EXPORT_ONNX, folder + "/none.lhb").status == LH_NOT_FOUND)
      #expect(refusal(LH_EXPORT_ONNX, Fixture.path("golden/arch-min.json")).status == LH_BAD_DATA)
      let cancelled = refusal(LH_EXPORT_ONNX) { $0.progress = { _, _ in 1 } }
      #expect(cancelled.status == LH_CANCELLED)
      #expect(filesInFolder(folder) == [])
    }
  }
}
