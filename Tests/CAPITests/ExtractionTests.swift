import CLightHuBERT
import LHSubnetFile
import LHTestSupport
import Testing

/// Subnets cut through the C interface.
@Suite struct ExtractionTests {
  private static let checkpoint = Fixture.path("golden/tiny-layernorm.pt")
  private static let architecturePath = Fixture.path("golden/arch-mixed.json")
  private static let architecture = String(decoding: readBytes(architecturePath), as: UTF8.self)

  private func options(
    _ weights: Int = LH_WEIGHTS_AUTO, level: Int32 = 0, replace: Int32 = 0
  ) -> lh_extract_options {
    var options = lh_extract_options()
    options.struct_size = MemoryLayout<lh_extract_options>.size
    options.weights = Int32(weights)
    options.compression_level = level
    options.replace = replace
    return options
  }

  @Test(arguments: [
    (LH_WEIGHTS_AUTO, "auto", 0), (LH_WEIGHTS_F32, "f32", 3), (LH_WEIGHTS_F16, "f16", 0), (LH_WEIGHTS_BF16, "bf16", 0),
    (LH_WEIGHTS_INT8, "int8", 0),
  ])
  func theFileIsThatOfTheProgram(_ weights: Int, _ name: String, _ level: Int) throws {
    try withTemporaryFolder { folder in
      var options = options(weights, level: Int32(level))
      let path = folder + "/library.lhb"
      try succeed { lh_extract(Self.checkpoint, Self.architecture, path, &options, $0) }
      let program = runProgram(
        "lhb-extract",
        [
          "--quiet", "--arch", Self.architecturePath, "--weights", name, "--compress", "\(level)", Self.checkpoint,
          folder + "/program.lhb",
        ])
      try #require(program.status == 0, "\(program.errors)")
      let (ours, theirs) = (try SubnetReader(path: path), try SubnetReader(path: folder + "/program.lhb"))
      #expect(ours.model.config == theirs.model.config && ours.model.architecture == theirs.model.architecture)
      #expect(ours.provenance.sourceSHA256 == theirs.provenance.sourceSHA256)
      #expect(ours.provenance.weights == theirs.provenance.weights)
      #expect(ours.provenance.tool == "lighthubert \(LH_VERSION_STRING)")
      // Only who wrote it and when is different.
      let payloads = [(ours, path), (theirs, folder + "/program.lhb")].map { reader, path in
        readBytes(path)[reader.entries[0].range.lowerBound...]
      }
      #expect(payloads[0] == payloads[1])
    }
  }

  @Test func weightsThatAreNotFiniteMustBeAllowed() throws {
    let checkpoint = Fixture.path("hostile/tensors/nan.pt")
    let architecture = String(decoding: readBytes(Fixture.path("hostile/sound/architecture.json")), as: UTF8.self)
    try withTemporaryFolder { folder in
      var options = options()
      let refused = outcome { lh_extract(checkpoint, architecture, folder + "/a.lhb", &options, $0) }
      #expect(refused.status == LH_BAD_DATA && refused.message.contains("allow_nonfinite"), "\(refused)")
      options.allow_nonfinite = 1
      try succeed { lh_extract(checkpoint, architecture, folder + "/a.lhb", &options, $0) }
    }
  }

  @Test func theSubnetAgreesWithTheTruth() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/subnet.lhb"
      try succeed { lh_extract(Self.checkpoint, Self.architecture, path, nil, $0) }
      let context = try CContext(CModel(path))
      let samples = goldenSamples("speech-b")
      for (kind, options) in [("hidden_states", runOptions(LH_LAYERS_ALL)), ("last", runOptions())] {
        let expected = try NumPyArray(
          path: Fixture.path("golden/expected/tiny-layernorm-mixed-speech-b.\(kind).npy"))
        expectClose(kind, try context.run(samples, options), expected.values)
      }
    }
  }

  @Test func anExistingFileStaysUnlessReplaced() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/subnet.lhb"
      writeBytes([1, 2, 3], to: path)
      let refused = outcome { lh_extract(Self.checkpoint, Self.architecture, path, nil, $0) }
      #expect(refused.status == LH_CANNOT_CREATE, "\(refused)")
      #expect(readBytes(path) == [1, 2, 3])
      var options = options(replace: 1)
      try succeed { lh_extract(Self.checkpoint, Self.architecture, path, &options, $0) }
      #expect(readBytes(path).count > 3)
    }
  }

  @Test func aCancelledExtractionLeavesNothing() {
    withTemporaryFolder { folder in
      var options = options()
      options.progress = { fraction, _ in fraction > 0.3 ? 1 : 0 }
      let cancelled = outcome {
        lh_extract(Self.checkpoint, Self.architecture, folder + "/subnet.lhb", &options, $0)
      }
      #expect(cancelled.status == LH_CANCELLED, "\(cancelled)")
      #expect(filesInFolder(folder).isEmpty)
    }
  }

  @Test func progressRisesToTheEnd() throws {
    try withTemporaryFolder { folder in
      var fractions: [Double] = []
      try withUnsafeMutablePointer(to: &fractions) { fractions in
        var options = options()
        options.progress_data = UnsafeMutableRawPointer(fractions)
        options.progress = { fraction, data in
          data!.assumingMemoryBound(to: [Double].self).pointee.append(fraction)
          return 0
        }
        try succeed {
          lh_extract(Self.checkpoint, Self.architecture, folder + "/subnet.lhb", &options, $0)
        }
      }
      #expect(fractions == fractions.sorted() && fractions.last == 1)
    }
  }
}
