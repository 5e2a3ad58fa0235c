import LHJSON
import LHSystem
import LHTestSupport
import LightHuBERT
import Testing

/// Models from `.lhb` files, and from their bytes in memory.
@Suite struct ModelFileTests {
  /// The bytes of a subnet file, and its model.
  private func subnet() throws -> (bytes: [UInt8], model: Model) {
    try withTemporaryFolder { folder in
      let path = folder + "/a.lhb"
      let supernet = try Supernet(contentsOf: Fixture.path("golden/tiny.pt"))
      let text = String(bytes: readBytes(Fixture.path("golden/arch-mixed.json")))
      try supernet.extract(Architecture(text, fitting: supernet.config), to: path)
      return (readBytes(path), try Model(contentsOf: path))
    }
  }

  @Test(arguments: 0..<4)
  func `A model from memory is that of the file, at any alignment`(shift: Int) throws {
    let (bytes, model) = try subnet()
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + shift, alignment: 64)
    memory[shift...].copyBytes(from: bytes)
    let other = try Model(bytes: UnsafeRawBufferPointer(rebasing: memory[shift...]))
    // The model has nothing of the bytes left.
    memory.initializeMemory(as: UInt8.self, repeating: 0xff)
    memory.deallocate()
    let samples = goldenSamples("speech-b")
    #expect(try other.features(of: samples, layers: .all) == model.features(of: samples, layers: .all))
    #expect(other.path == "model in memory")
    #expect(other.provenance == model.provenance && other.provenance?.source == "tiny.pt")
  }

  @Test func `Bytes in memory are checked as a file is`() throws {
    let (bytes, _) = try subnet()
    func fault(_ bytes: [UInt8]) -> ModelFault? {
      #expect(throws: ModelFault.self) {
        try bytes.withUnsafeBytes { try Model(bytes: $0, name: "blob") }
      }
    }
    #expect(fault([])?.description.hasPrefix("blob: is not a .lhb file; lhb-extract makes one") == true)
    #expect(fault(Array(bytes.dropLast()))?.description.hasPrefix("blob: is cut off: ") == true)
    #expect(fault(bytes + [0])?.description.contains("something was appended") == true)
    var damaged = bytes
    damaged[bytes.count / 2] ^= 1
    #expect(fault(damaged)?.description.contains("is damaged: checksum") == true)
    #expect(fault(damaged)?.kind == .badData)
  }

  @Test func `The description says what the model is`() throws {
    let (_, model) = try subnet()
    let json = try JSONValue(parsing: model.descriptionJSON)
    #expect(!model.descriptionJSON.contains("\n"))
    #expect(json["parameters"]?.integer == model.parameterCount && model.parameterCount == 1_129_168)
    #expect(json["hidden_size"]?.integer == 96 && json["layer_count"]?.integer == 10)
    #expect(json["minimum_samples"]?.integer == 400 && json["sample_rate"]?.integer == 16_000)
    #expect(json["architecture"] == model.architecture?.json && json["config"] == model.config?.json)
    #expect(json["provenance"]?["source"] == .string("tiny.pt"))
    let unread = try goldenModel(checkpoint: "tiny", architecture: "mixed")
    #expect(unread.provenance == nil)
    #expect(try JSONValue(parsing: unread.descriptionJSON)["provenance"] == .null)
  }
}
