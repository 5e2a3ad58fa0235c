import LHSafetensors
import LHSystem
import LHTensors
import LHTestSupport
import Testing

/// What is written is read back by the strict reader.
@Suite struct SafetensorsFileWriterTests {
  private func tensor(_ name: String, _ type: ElementType = .float32, _ shape: [Int]) -> SafetensorsFileWriter.Tensor {
    SafetensorsFileWriter.Tensor(name: name, element: .weight(type), shape: shape)
  }

  @Test func `Tensors of every type come back`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.safetensors"
      let tensors = [
        tensor("b", .float32, [2, 3]), tensor("a", .float16, [3]), tensor("c", .bfloat16, [1, 1, 5]),
        tensor("d", .float64, [2]), SafetensorsFileWriter.Tensor(name: "count", element: .int64, shape: []),
        tensor("a \"quoted\" name", .float32, [0]),
      ]
      let writer = SafetensorsFileWriter(tensors, metadata: ["format": "pt", "note": "line\nend"])
      let file = try AtomicFile(path: path)
      try writer.write(to: file) { index in
        (0..<tensors[index].byteCount).map { UInt8(truncatingIfNeeded: $0 + index) }
      }
      try file.commit()
      let found = try SafetensorsFile(path: path)
      #expect(found.tensorNames == tensors.map(\.name))
      #expect(found.metadata == ["format": "pt", "note": "line\nend"])
      #expect(found.byteCount == writer.byteCount)
      for (index, tensor) in tensors.enumerated() {
        #expect(found.shape(of: tensor.name) == tensor.shape)
        guard tensor.name != "count" else { continue }
        let view = try #require(try found.tensor(tensor.name))
        #expect(Array(view.storage.bytes) == (0..<tensor.byteCount).map { UInt8(truncatingIfNeeded: $0 + index) })
      }
    }
  }

  @Test(arguments: ["", "1", "12", "1234567"])
  func `Tensors begin at a multiple of 8`(text: String) throws {
    try withTemporaryFolder { folder in
      let writer = SafetensorsFileWriter([tensor("x", .float32, [1])], metadata: [("a", text)])
      let file = try AtomicFile(path: "\(folder)/a")
      try writer.write(to: file) { _ in [1, 2, 3, 4] }
      #expect((file.byteCount - 4) % 8 == 0 && file.byteCount == writer.byteCount)
    }
  }
}
