import Dispatch
import Glibc
import LHModel
import LHSubnetFile
import LHSupernet
import LHSupernetCheckpoint
import LHSystem
import LHTensorNames
import LHTensors
import LHTestSupport
import Testing

@Suite struct RoundTripTests {
  @Test(arguments: WeightsChoice.allCases, [0, 3]) func readsWhatWasWritten(weights: WeightsChoice, level: Int) throws {
    try withTemporaryFolder { folder in
      let summary = try TestSubnet.write(to: folder + "/a.lhb", weights, level: level)
      let reader = try SubnetReader(path: folder + "/a.lhb")
      #expect(reader.model.config == TestSubnet.config)
      #expect(reader.model.architecture == TestSubnet.architecture)
      var provenance = TestSubnet.provenance(weights)
      provenance.sourceSHA256 = TestSubnet.digest
      #expect(reader.provenance == provenance)
      #expect(reader.provenance.source == "model.pt")
      #expect(reader.entries == summary.entries)
      #expect(reader.entries.map(\.name) == TestSubnet.layout.map(\.name))
      #expect(reader.byteCount == summary.byteCount)
      #expect((level > 0) == reader.entries.contains { $0.encoding == .zstd })

      var largestError = 0.0
      for tensor in TestSubnet.layout {
        let entry = try reader.entry(tensor.role)
        let type = expectedType(of: tensor, weights)
        #expect(entry.elementType == type, "\(tensor.name)")
        #expect(entry.range.lowerBound.isMultiple(of: 64), "\(tensor.name)")
        let view = try reader.tensor(tensor.role)
        #expect(view.shape == tensor.shape)
        #expect(view.isContiguous)
        let given = TestSubnet.values(tensor)
        let expected = restored(given, type, tensor.shape)
        #expect(floats(view) == expected, "\(tensor.name)")
        for (stored, original) in zip(expected, given) {
          largestError = max(largestError, Double(abs(stored - original)))
        }
      }
      #expect(summary.largestError == largestError)
      #expect((summary.worstTensor != nil) == [.f16, .bf16, .int8].contains(weights))
      #expect(reader.version == ([.bf16, .int8].contains(weights) ? 2 : 1))
    }
  }

  private func expectedType(of tensor: SubnetTensor, _ weights: WeightsChoice) -> StoredElementType {
    let isBias = tensor.name.hasSuffix("bias")
    switch weights {
    case .auto: return isBias ? .float16 : .float32
    case .f32: return .float32
    case .f16: return .float16
    case .bf16 where tensor.isQuantizable: return .bfloat16
    case .int8 where tensor.isQuantizable: return .int8
    case .bf16, .int8: return isBias || tensor.shape.count > 1 ? .float16 : .float32
    }
  }

  @Test(arguments: [0, 9]) func theSameInputGivesTheSameBytes(level: Int) throws {
    #expect(try TestSubnet.bytes(level: level) == TestSubnet.bytes(level: level))
  }

  @Test func isExactlyAsLongAsItsParts() throws {
    let bytes = try TestSubnet.bytes(level: 3)
    #expect(ForgedFile(bytes).bytes == bytes)
  }

  @Test func rawTensorsAreViewsOfTheFile() throws {
    let bytes = try TestSubnet.bytes()
    let storage = TensorStorage(byteCount: bytes.count) { $0.copyBytes(from: bytes) }
    let reader = try SubnetReader(bytes: storage.bytes, owner: storage, name: "memory")
    let start = try #require(storage.bytes.baseAddress)
    for entry in reader.entries {
      let view = try reader.tensor(entry)
      #expect(view.storage.bytes.baseAddress == start + entry.range.lowerBound)
      #expect(view.storage.bytes.count == entry.range.count)
    }
  }

  @Test func viewsOutliveTheReader() throws {
    let role = TestSubnet.layout[0].role
    let view = try withTemporaryFolder { folder in
      try TestSubnet.write(to: folder + "/a.lhb")
      return try SubnetReader(path: folder + "/a.lhb").tensor(role)
    }
    #expect(floats(view) == TestSubnet.values(TestSubnet.layout[0]))
  }

  @Test(arguments: [0, 3], [1, 2, 1000]) func passesRowsOnInOrder(level: Int, rowsAtOnce: Int) throws {
    let reader = try open(try TestSubnet.bytes(level: level))
    for tensor in TestSubnet.layout {
      var values: [Float] = []
      var next = 0
      try reader.forEachPart(of: tensor.role, rowsAtOnce: rowsAtOnce) { rows, first in
        #expect(first == next && rows.shape[0] <= rowsAtOnce && rows.shape.dropFirst() == tensor.shape.dropFirst())
        next += rows.shape[0]
        values += [Float](unsafeUninitializedCapacity: rows.count) { target, count in
          rows.copy(to: target.baseAddress!, strides: TensorView.rowMajorStrides(rows.shape)!)
          count = rows.count
        }
      }
      #expect(next == tensor.shape[0])
      #expect(values == TestSubnet.values(tensor), "\(tensor.name)")
    }
    #expect(throws: SubnetFileFault.noSuchTensor(path: "memory", tensor: "final_proj.bias")) {
      try reader.forEachPart(of: .bias(.finalProjection), rowsAtOnce: 1) { _, _ in }
    }
  }

  @Test func manyThreadsReadAtOnce() throws {
    let reader = try open(try TestSubnet.bytes(level: 3))
    let wrong = Locked<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 4 * TestSubnet.layout.count) { index in
      let tensor = TestSubnet.layout[index % TestSubnet.layout.count]
      let values = (try? reader.tensor(tensor.role)).map(floats)
      if values != TestSubnet.values(tensor) { wrong.withLock { $0.append(tensor.name) } }
    }
    #expect(wrong.withLock { $0 } == [])
  }

  @Test func aTensorThatDoesNotShrinkStaysRaw() throws {
    let reader = try open(try TestSubnet.bytes(level: 19))
    for entry in reader.entries {
      #expect(entry.range.count < entry.decodedSize || entry.encoding == .raw, "\(entry.name)")
    }
    #expect(reader.entries.contains { $0.encoding == .raw })
  }

  @Test func aFailureLeavesNoFile() throws {
    struct Refusal: Error, Equatable {}
    withTemporaryFolder { folder in
      let path = folder + "/a.lhb"
      #expect(throws: Refusal.self) {
        _ = try TestSubnet.writer().write(to: path, sourceDigest: { throw Refusal() }, values: TestSubnet.fill)
      }
      let last = TestSubnet.layout[TestSubnet.layout.count - 1].name
      #expect(throws: Refusal.self) {
        _ = try TestSubnet.writer().write(to: path, sourceDigest: { TestSubnet.digest }) { tensor, target in
          if TestSubnet.names.name(of: tensor.role) == last { throw Refusal() }
          return TestSubnet.fill(tensor, target)
        }
      }
      #expect(throws: SubnetFileFault.outOfRange(tensor: last, type: "float16")) {
        _ = try TestSubnet.writer(.f16).write(to: path, sourceDigest: { TestSubnet.digest }) { tensor, target in
          let error = TestSubnet.fill(tensor, target)
          if TestSubnet.names.name(of: tensor.role) == last { target[3] = 70_000 }
          return error
        }
      }
      #expect(filesInFolder(folder) == [])
    }
  }

  @Test func saysWhereItCannotWrite() throws {
    try withTemporaryFolder { folder in
      try TestSubnet.write(to: folder + "/a.lhb")
      let before = readBytes(folder + "/a.lhb")
      #expect(throws: SubnetFileFault.file(.exists(path: folder + "/a.lhb"))) {
        try TestSubnet.write(to: folder + "/a.lhb", .f16)
      }
      #expect(readBytes(folder + "/a.lhb") == before)
      #expect(throws: SubnetFileFault.self) { try TestSubnet.write(to: folder + "/none/a.lhb") }
      #expect(filesInFolder(folder) == ["a.lhb"])
    }
  }

  @Test func saysWhyItCannotRead() throws {
    let missing = FileFault.cannotRead(path: "/no/file", reason: SystemError(code: ENOENT))
    #expect(throws: SubnetFileFault.file(missing)) { _ = try SubnetReader(path: "/no/file") }
    let reader = try open(try TestSubnet.bytes())
    #expect(throws: SubnetFileFault.noSuchTensor(path: "memory", tensor: "encoder.layers.2.fc1.bias")) {
      _ = try reader.tensor(.bias(.feedForwardInput(2)))
    }
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (1_769_860_800, "2026-01-31T12:00:00Z"),
    (253_402_300_799, "9999-12-31T23:59:59Z"),
  ]) func writesDates(seconds: Int, text: String) {
    #expect(Provenance.date(secondsSince1970: seconds) == text)
  }
}
