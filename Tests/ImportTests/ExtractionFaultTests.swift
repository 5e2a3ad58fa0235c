import Glibc
import LHImport
import LHSubnetFile
import LHSupernet
import LHSystem
import LHTestSupport
import Testing

@Suite struct ExtractionFaultTests {
  let tiny = Fixture.path("golden/tiny.pt")

  @Test func `A checkpoint that cannot be read, or is none, is said to be so`() throws {
    let missing = #expect(throws: ExtractionFault.self) { try Supernet(contentsOf: "/nowhere/a.pt") }
    #expect(missing?.kind == .missingInput)
    #expect(missing?.description == "/nowhere/a.pt: cannot be read: No such file or directory")
    let json = Fixture.path("golden/arch-mixed.json")
    let other = #expect(throws: ExtractionFault.self) { try Supernet(contentsOf: json) }
    #expect(other?.kind == .badData && other?.description.hasPrefix(json) == true)
  }

  @Test func `A checkpoint of something else is unsuitable, and named`() {
    withTemporaryFolder { folder in
      let path = folder + "/other.pt"
      var writer = CheckpointWriter()
      writer.addTensor("weight", [1, 2, 3], shape: [3])
      writer.write(to: path)
      let fault = #expect(throws: ExtractionFault.self) { try Supernet(contentsOf: path) }
      guard case .unsuitable(let named, let cause)? = fault, named == path, cause is SubnetFault else {
        Issue.record("expected unsuitable, found \(fault.map(\.description) ?? "nothing")")
        return
      }
      #expect(fault?.description.hasPrefix("\(path): not the weights of a LightHuBERT supernet: ") == true)
    }
  }

  @Test func `An architecture that does not fit is refused with every violation`() throws {
    let supernet = try Supernet(contentsOf: tiny)
    let architecture = Architecture.uniform(embedDim: 97, heads: 99, ffnDim: 1, layerCount: 10)
    withTemporaryFolder { folder in
      let fault = #expect(throws: ExtractionFault.self) { try supernet.extract(architecture, to: folder + "/a.lhb") }
      guard case .cause(let cause)? = fault,
        case SubnetFault.invalidArchitecture(_, let violations)? = cause as? SubnetFault
      else {
        Issue.record("expected violations, found \(fault.map(\.description) ?? "nothing")")
        return
      }
      #expect(violations.count == 11)
      #expect(filesInFolder(folder) == [])
    }
  }

  @Test func `A file that is there stays as it is`() throws {
    let supernet = try Supernet(contentsOf: tiny)
    let whole = supernet.config.wholeArchitecture
    try withTemporaryFolder { folder in
      let path = folder + "/a.lhb"
      writeBytes([1, 2, 3], to: path)
      let exists = #expect(throws: ExtractionFault.self) { try supernet.extract(whole, to: path) }
      #expect(exists?.kind == .cannotCreate && readBytes(path) == [1, 2, 3])
      let replacing = ExtractionOptions(replacing: true)
      _ = #expect(throws: ExtractionFault.self) {
        try supernet.extract(whole, to: path, options: replacing) { _ in false }
      }
      #expect(readBytes(path) == [1, 2, 3])
      try supernet.extract(whole, to: path, options: replacing)
      #expect(readBytes(path).count > 1000)
    }
  }

  @Test func `A checkpoint that is cut or written to while it is used is a fault, and leaves no file`() throws {
    let bytes = readBytes(tiny)
    try withTemporaryFolder { folder in
      let path = folder + "/in.pt"
      for isCut in [true, false] {
        writeBytes(bytes, to: path)
        let supernet = try Supernet(contentsOf: path)
        if isCut { #expect(truncate(path, off_t(bytes.count / 2)) == 0) } else { writeBytes(bytes + [0], to: path) }
        let fault = #expect(throws: ExtractionFault.self) {
          try supernet.extract(supernet.config.wholeArchitecture, to: folder + "/a.lhb")
        }
        #expect(fault?.kind == .inputOutput && fault?.description.hasPrefix("\(path): was changed") == true)
        #expect(filesInFolder(folder) == ["in.pt"])
      }
    }
  }

  @Test func `A weight that is damaged is a fault, whether it is kept or not`() throws {
    var bytes = readBytes(tiny)
    bytes[bytes.count / 2] ^= 1
    try withTemporaryFolder { folder in
      let path = folder + "/in.pt"
      writeBytes(bytes, to: path)
      let supernet = try Supernet(contentsOf: path)
      let fault = #expect(throws: ExtractionFault.self) {
        try supernet.extract(supernet.config.wholeArchitecture, to: folder + "/a.lhb")
      }
      #expect(fault?.kind == .badData && fault?.description.contains("checksum") == true)
      #expect(filesInFolder(folder) == ["in.pt"])
    }
  }

  @Test func `Weights that are no numbers are taken when options say so, and never in int8`() throws {
    let supernet = try Supernet(contentsOf: tiny)
    let whole = supernet.config.wholeArchitecture
    var options = ExtractionOptions(weights: .f32, allowsNonfinite: true)
    try withTemporaryFolder { folder in
      try supernet.extract(whole, to: folder + "/a.lhb", options: options)
      options.allowsNonfinite = false
      options.replacing = true
      try supernet.extract(whole, to: folder + "/a.lhb", options: options)
    }
  }

  @Test func `The checkpoint itself is no output, and a level beyond zstd's no option`() throws {
    let supernet = try Supernet(contentsOf: tiny)
    let whole = supernet.config.wholeArchitecture
    let itself = #expect(throws: ExtractionFault.self) {
      try supernet.extract(whole, to: tiny, options: ExtractionOptions(replacing: true))
    }
    #expect(itself?.kind == .usage && itself?.description.contains("is the checkpoint itself") == true)
    for level in [-1, 20] {
      let fault = #expect(throws: ExtractionFault.self) {
        try supernet.extract(whole, to: "/nowhere/a.lhb", options: ExtractionOptions(compressionLevel: level))
      }
      #expect(fault?.description == "compression level \(level), expected one in 0...19" && fault?.kind == .usage)
    }
    for error in [-0.5, .nan] {
      let fault = #expect(throws: ExtractionFault.self) {
        try supernet.extract(whole, to: "/nowhere/a.lhb", options: ExtractionOptions(maxError: error))
      }
      #expect(fault?.description == "the largest error is \(error), expected 0 or more" && fault?.kind == .usage)
    }
  }
}
