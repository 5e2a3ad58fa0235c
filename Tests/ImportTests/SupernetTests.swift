import LHImport
import LHQuantization
import LHSubnetFile
import LHSupernet
import LHSupernetCheckpoint
import LHSystem
import LHTensors
import LHTestSupport
import LHTorch
import Testing

@Suite struct SupernetTests {
  let tiny = Fixture.path("golden/tiny.pt")

  private func mixed(_ supernet: Supernet) throws -> Architecture {
    try Architecture(
      String(decoding: readBytes(Fixture.path("golden/arch-mixed.json")), as: UTF8.self), fitting: supernet.config)
  }

  @Test func `What is written is the subnet, and the summary says so`() throws {
    let supernet = try Supernet(contentsOf: tiny)
    let architecture = try mixed(supernet)
    try withTemporaryFolder { folder in
      let path = folder + "/a.lhb"
      let summary = try supernet.extract(architecture, to: path)
      let reader = try SubnetReader(path: path)
      #expect(reader.model.config == supernet.config && reader.model.architecture == architecture)
      #expect(summary.byteCount == reader.byteCount && summary.entries == reader.entries)
      #expect(summary.largestError == 0 && summary.worstTensor == nil)
      #expect(reader.provenance.source == "tiny.pt")
      #expect(reader.provenance.tool == "lighthubert \(LightHuBERTVersion.current)")
      let checkpoint = try Checkpoint(path: tiny)
      for tensor in SubnetLayout(config: supernet.config, architecture: architecture).tensors {
        let found = try reader.tensor(tensor.role)
        var expected = [Float](repeating: 0, count: tensor.count)
        let slice = try tensor.slice { try checkpoint.tensor($0) }
        _ = try expected.withUnsafeMutableBufferPointer { try slice.write(to: $0) }
        #expect(
          found.withFloats { Array(UnsafeBufferPointer(start: $0, count: tensor.count)) } == expected, "\(tensor.name)")
      }
    }
  }

  @Test func `One supernet gives several subnets, each with the checkpoint's digest`() throws {
    let supernet = try Supernet(contentsOf: tiny)
    let whole = supernet.config.wholeArchitecture
    let mixed = try mixed(supernet)
    try withTemporaryFolder { folder in
      for (index, architecture) in [whole, mixed, whole].enumerated() {
        try supernet.extract(architecture, to: "\(folder)/\(index).lhb")
      }
      let readers = try (0..<3).map { try SubnetReader(path: "\(folder)/\($0).lhb") }
      let bytes = readBytes(tiny)
      var digest = SHA256()
      bytes.withUnsafeBytes { digest.update($0) }
      let expected = digest.hexadecimal()
      #expect(readers.allSatisfy { $0.provenance.sourceSHA256 == expected })
      #expect(readers[0].entries == readers[2].entries)
    }
  }

  @Test func `Options choose number format, compression and tool`() throws {
    let supernet = try Supernet(contentsOf: tiny)
    let architecture = try mixed(supernet)
    try withTemporaryFolder { folder in
      let options = ExtractionOptions(weights: .f16, compressionLevel: 3, tool: "a test 1.0")
      let summary = try supernet.extract(architecture, to: folder + "/a.lhb", options: options)
      #expect(summary.tensorCount(of: .float16) == summary.entries.count)
      #expect(summary.compressedCount > 0 && summary.largestError > 0 && summary.worstTensor != nil)
      #expect(try SubnetReader(path: folder + "/a.lhb").provenance.tool == "a test 1.0")
    }
  }

  @Test func `An int8 file follows the plan, which is in the summary`() throws {
    let supernet = try Supernet(contentsOf: tiny)
    let architecture = try mixed(supernet)
    try withTemporaryFolder { folder in
      let planned = try supernet.quantizationPlan(for: architecture)
      // A limit that some layers keep.
      let limit = planned.decisions.compactMap(\.estimatedError).sorted()[planned.decisions.count / 2]
      let options = ExtractionOptions(weights: .int8, maxError: limit)
      let summary = try supernet.extract(architecture, to: folder + "/a.lhb", options: options)
      let plan = try #require(summary.plan)
      let counts = [true, false].map { isInt8 in plan.decisions.count { $0.isInt8 == isInt8 } }
      #expect(counts[0] == planned.decisions.count / 2 + 1 && counts[1] > 0)
      let reader = try SubnetReader(path: folder + "/a.lhb")
      for tensor in SubnetLayout(config: supernet.config, architecture: architecture).tensors {
        let entry = try reader.entry(tensor.role)
        let decision = plan[tensor: tensor.role]
        #expect(tensor.isQuantizable == (decision != nil))
        guard let decision else { continue }
        #expect(entry.elementType == (decision.isInt8 ? .int8 : .bfloat16))
        #expect(try reader.outliers(of: tensor.role) == (decision.isInt8 ? decision.outliers : []))
      }
      #expect(try supernet.extract(architecture, to: folder + "/b.lhb", options: .init(weights: .bf16)).plan == nil)
    }
  }

  @Test func `Progress rises to one`() throws {
    let supernet = try Supernet(contentsOf: tiny)
    let architecture = try mixed(supernet)
    try withTemporaryFolder { folder in
      var seen: [Double] = []
      try supernet.extract(architecture, to: folder + "/a.lhb") { done in
        seen.append(done)
        return true
      }
      #expect(seen.count > 3 && seen == seen.sorted() && seen.last == 1)
    }
  }

  @Test(arguments: [0.0, 0.5, 1])
  func `A cancelled extraction leaves no file`(limit: Double) throws {
    let supernet = try Supernet(contentsOf: tiny)
    let architecture = try mixed(supernet)
    withTemporaryFolder { folder in
      let fault = #expect(throws: ExtractionFault.self) {
        try supernet.extract(architecture, to: folder + "/a.lhb") { $0 < limit }
      }
      #expect(fault?.kind == .cancelled && fault?.description == "cancelled")
      #expect(filesInFolder(folder) == [])
    }
  }

  @Test func `The small supernet of the tests is the one that the hostile files vary`() throws {
    let path = Fixture.path("hostile/sound/supernet.pt")
    let expected = SmallSupernet.config { $0.normalize = false }
    #expect(try Supernet(contentsOf: path).config == expected)
    #expect(try SubnetReader(path: Fixture.path("hostile/sound/subnet.lhb")).model.config == expected)
    let checkpoint = try Checkpoint(path: path)
    let shapes = Dictionary(uniqueKeysWithValues: SmallSupernet().tensors.map { ($0.name, $0.shape) })
    #expect(Set(checkpoint.tensorNames) == Set(shapes.keys).union(["mask_emb"]))
    for (name, shape) in shapes { #expect(checkpoint.summary(of: name)?.shape == shape, "\(name)") }
  }
}
