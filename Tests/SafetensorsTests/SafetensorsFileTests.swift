import LHSafetensors
import LHTensors
import LHTestSupport
import Testing

@Suite struct SafetensorsFileTests {
  /// Opens bytes as a file.
  private func open(_ bytes: [UInt8]) throws -> SafetensorsFile {
    try withTemporaryFolder { folder in
      writeBytes(bytes, to: folder + "/a.safetensors")
      return try SafetensorsFile(path: folder + "/a.safetensors")
    }
  }

  private func doubles(_ file: SafetensorsFile, _ name: String) throws -> [Double] {
    let view = try #require(try file.tensor(name))
    var values = [Double](repeating: .nan, count: view.count)
    values.withUnsafeMutableBufferPointer { if let start = $0.baseAddress { view.copy(to: start) } }
    return values
  }

  @Test func `Tensors of all formats of weights are read`() throws {
    let values: [Float] = [0, -0.5, 1.5, 65_280, -3, 0.25]
    var writer = SafetensorsWriter()
    let types: [ElementType] = [.float16, .bfloat16, .float32, .float64]
    for type in types { writer.add("\(type)", values, shape: [2, 3], as: type) }
    let file = try open(writer.file())
    #expect(file.tensorNames == types.map { "\($0)" })
    for type in types {
      #expect(file.shape(of: "\(type)") == [2, 3])
      #expect(file.formatName(of: "\(type)") == "\(type)")
      #expect(try file.tensor("\(type)")?.elementType == type)
      #expect(try doubles(file, "\(type)") == values.map(Double.init))
    }
    #expect(file.shape(of: "other") == nil && file.formatName(of: "other") == nil)
    #expect(try file.tensor("other") == nil)
    #expect(file.byteCount == writer.file().count && file.metadata.isEmpty)
  }

  @Test func `A scalar and a tensor without elements are fine`() throws {
    var writer = SafetensorsWriter()
    writer.add("scalar", [7], shape: [])
    writer.add("none", [], shape: [3, 0, 5])
    writer.add("none, too", [], shape: [0])
    writer.add("last", [8, 9], shape: [2])
    let file = try open(writer.file())
    #expect(file.shape(of: "scalar") == [] && file.shape(of: "none") == [3, 0, 5])
    #expect(try doubles(file, "scalar") == [7])
    #expect(try doubles(file, "none") == [] && doubles(file, "none, too") == [])
    #expect(try doubles(file, "last") == [8, 9])
  }

  @Test func `A file without tensors is one`() throws {
    #expect(try open(SafetensorsWriter().file()).tensorNames == [])
  }

  @Test func `The order of the header need not be that of the data`() throws {
    var writer = SafetensorsWriter()
    writer.add("b", [1], shape: [1])
    writer.add("a", [2, 3], shape: [2])
    writer.entries[0].text = #"{"dtype":"F32","shape":[2],"data_offsets":[4,12]}"#
    writer.entries[1].text = #"{"data_offsets":[0,4],"shape":[1],"dtype":"F32"}"#
    let file = try open(writer.file())
    #expect(file.tensorNames == ["b", "a"])
    #expect(try doubles(file, "b") == [2, 3] && doubles(file, "a") == [1])
  }

  @Test func `Spaces behind the header and metadata are allowed`() throws {
    var writer = SafetensorsWriter()
    writer.add("a", [1], shape: [1])
    writer.metadata = #"{"format":"pt","a":""}"#
    writer.padding = "   "
    let file = try open(writer.file())
    #expect(file.metadata == ["format": "pt", "a": ""] && file.tensorNames == ["a"])
    #expect(try doubles(file, "a") == [1])
  }

  @Test(arguments: [
    ("BOOL", 1, "bool"), ("U8", 1, "uint8"), ("I8", 1, "int8"), ("F8_E5M2", 1, "float8_e5m2"),
    ("F8_E4M3", 1, "float8_e4m3fn"), ("I16", 2, "int16"), ("U16", 2, "uint16"), ("I32", 4, "int32"),
    ("U32", 4, "uint32"), ("I64", 8, "int64"), ("U64", 8, "uint64"), ("C64", 8, "complex64"),
  ])
  func `A tensor that holds no weights may be there, and is refused when it is asked for`(
    type: String, size: Int, name: String
  ) throws {
    var writer = SafetensorsWriter()
    writer.add("count", type, shape: [3], bytes: [UInt8](repeating: 1, count: 3 * size))
    writer.add("a", [1], shape: [1])
    let file = try open(writer.file())
    #expect(file.formatName(of: "count") == name)
    #expect(try doubles(file, "a") == [1])
    let fault = #expect(throws: SafetensorsFault.self) { try file.tensor("count") }
    #expect(fault == .unsupportedType(path: file.path, tensor: "count", found: type))
  }

  @Test func `A file is read whole, in order, and not when it has changed`() throws {
    var writer = SafetensorsWriter()
    writer.add("a", (0..<1000).map(Float.init), shape: [1000])
    try withTemporaryFolder { folder in
      let path = folder + "/a.safetensors"
      writer.write(to: path)
      let file = try SafetensorsFile(path: path)
      var bytes: [UInt8] = []
      try file.readContents { bytes += $0 }
      #expect(bytes == writer.file())
      writeBytes(writer.file() + [0], to: path)
      #expect(throws: SafetensorsFault.self) { try file.checkUnchanged() }
      #expect(throws: SafetensorsFault.self) { try file.readContents { _ in } }
    }
  }

  @Test func `A file is recognised by its beginning`() {
    #expect(SafetensorsFile.recognizes(Array(SafetensorsWriter().file().prefix(SafetensorsFile.recognizedSize))))
    #expect(!SafetensorsFile.recognizes(Array(SafetensorsWriter().file().prefix(8))))
    #expect(!SafetensorsFile.recognizes([2, 0, 0, 0, 0, 0, 0, 0, 0x5b]))
    #expect(!SafetensorsFile.recognizes([2, 0, 0, 0, 0, 0, 0, 1, 0x7b]))
    #expect(!SafetensorsFile.recognizes(Array("PK\u{3}\u{4}12345678".utf8)))
    #expect(!SafetensorsFile.recognizes([]))
  }
}
