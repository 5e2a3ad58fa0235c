import LHONNX
import LHSystem
import LHTestSupport
import Testing

@Suite struct ONNXModelTests {
  /// y = x W, where W has `count` numbers.
  private func model(count: Int) -> ONNXModel {
    var graph = ONNXGraph(name: "g")
    graph.nodes = [
      ONNXNode(
        "MatMul", name: "n", inputs: ["x", "w"], outputs: ["y"], attributes: [ONNXAttribute("k", .integers([1, -1]))])
    ]
    graph.initializers = [
      ONNXTensor(name: "c", shape: [2], content: .integers([3, -4])),
      ONNXTensor(name: "w", shape: [count, 1], content: .weights),
      ONNXTensor(name: "v", shape: [count, 1], content: .weights),
    ]
    graph.inputs = [ONNXValue(name: "x", shape: [.fixed(1), .named("n")])]
    graph.outputs = [ONNXValue(name: "y", shape: [.fixed(1), .fixed(1)])]
    return ONNXModel(graph, producer: ("test", "1.0"), metadata: [("key", "text")])
  }

  private func write(_ model: ONNXModel, _ folder: String, external: Bool = false) throws -> [Message.Field] {
    let file = try AtomicFile(path: "\(folder)/m.onnx", replacing: true)
    let data = external ? try AtomicFile(path: "\(folder)/m.onnx.data", replacing: true) : nil
    try model.write(to: file, external: data.map { ($0, "m.onnx.data") }) { name in
      let tensor = try #require(model.graph.initializers.first { $0.name == name })
      return (0..<tensor.count).map { Float($0) + (name == "v" ? 0.5 : 0) }
    }
    try data?.commit()
    try file.commit()
    return try Message(readBytes("\(folder)/m.onnx")).fields
  }

  @Test func `The messages have the fields of onnx.proto`() throws {
    try withTemporaryFolder { folder in
      let fields = try write(model(count: 3), folder)
      #expect(fields.map(\.number) == [1, 2, 3, 7, 8, 14])
      #expect(fields[0].value == 8 && fields[2].text == "1.0")
      let graph = try Message(fields[3].bytes).fields
      #expect(graph.map(\.number) == [1, 2, 5, 5, 5, 11, 12])
      let node = try Message(graph[0].bytes).fields
      #expect(node.map(\.number) == [1, 1, 2, 3, 4, 5] && node[4].text == "MatMul")
      let attribute = try Message(node[5].bytes).fields
      #expect(attribute.map(\.number) == [1, 8, 8, 20] && attribute[3].value == 7)
      let integers = try Message(graph[2].bytes).fields
      #expect(integers.map(\.number) == [1, 2, 8, 9] && integers[1].value == 7 && integers[3].bytes.count == 16)
      let weights = try Message(graph[4].bytes).fields
      #expect(weights.map(\.number) == [1, 1, 2, 8, 9] && weights[3].text == "v")
      #expect(weights[4].bytes == [0.5, 1.5, 2.5].flatMap { (value: Float) in littleEndian(value) })
    }
  }

  @Test func `Large weights lie in a second file, at whole pages`() throws {
    try withTemporaryFolder { folder in
      let fields = try write(model(count: 1500), folder, external: true)
      let graph = try Message(fields[3].bytes).fields
      let weights = try Message(graph[4].bytes).fields
      #expect(weights.map(\.number) == [1, 1, 2, 8, 13, 13, 13, 14] && weights[7].value == 1)
      let places = try weights[4..<7].map { try Message($0.bytes).fields.compactMap(\.text) }
      #expect(places == [["location", "m.onnx.data"], ["offset", "8192"], ["length", "6000"]])
      let data = readBytes("\(folder)/m.onnx.data")
      #expect(data.count == 8192 + 6000 && Array(data[8192..<8196]) == littleEndian(Float(0.5)))
      // Small ones stay where they are.
      #expect(try write(model(count: 3), folder, external: true).map(\.number) == [1, 2, 3, 7, 8, 14])
      #expect(readBytes("\(folder)/m.onnx.data").isEmpty)
    }
  }

  @Test func `What is beyond 2 GiB needs a second file`() {
    #expect(!model(count: 1_000_000).needsExternalData)
    #expect(model(count: 270_000_000).needsExternalData)
  }
}

private func littleEndian(_ value: Float) -> [UInt8] {
  (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
}

/// A message of protocol buffers, taken apart without a schema.
private struct Message {
  struct Field {
    let number: Int
    var value = 0
    var bytes: [UInt8] = []
    var text: String? { String(validating: bytes, as: UTF8.self) }
  }

  struct Malformed: Error {}

  private(set) var fields: [Field] = []

  init(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    func varint() throws -> Int {
      var (value, shift) = (UInt64(0), UInt64(0))
      while let byte = rest.popFirst() {
        value |= UInt64(byte & 0x7f) << shift
        if byte < 0x80 { return Int(bitPattern: UInt(value)) }
        shift += 7
      }
      throw Malformed()
    }
    while !rest.isEmpty {
      let tag = try varint()
      var field = Field(number: tag >> 3)
      switch tag & 7 {
      case 0: field.value = try varint()
      case 2:
        let count = try varint()
        guard count <= rest.count else { throw Malformed() }
        field.bytes = Array(rest.prefix(count))
        rest = rest.dropFirst(count)
      case 5:
        field.bytes = Array(rest.prefix(4))
        rest = rest.dropFirst(4)
      default: throw Malformed()
      }
      fields.append(field)
    }
  }
}
