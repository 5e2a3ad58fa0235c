import ArchitectureFile
import Files
import JSON
import NumPyFile
import Subnet

extension FuzzTarget {
  /// An architecture in JSON or YAML, alone and against a supernet; and the same text as a configuration.
  static let architecture = FuzzTarget(
    name: "architecture",
    test: { bytes in
      let file = MemoryFile(bytes)
      let alone = try? loadArchitecture(file.path)
      let fitting = try? loadArchitecture(file.path, fitting: SampleFiles.config)
      if let fitting {
        expect(alone != nil, "what fits a supernet is an architecture")
        expect(fitting.violations(in: SampleFiles.config).isEmpty, "what was checked fits")
        _ = SubnetLayout(config: SampleFiles.config, architecture: fitting).tensors
        _ = MultiplyAccumulates(config: SampleFiles.config, architecture: fitting, samples: 16_000)
      }
      guard let json = try? JSONValue(parsing: bytes) else { return }
      guard let again = try? JSONValue(parsing: json.text()) else { fatalError("what was written cannot be read") }
      expect(again.text() == json.text(), "a text of JSON means the same when it is written anew")
      guard let config = try? ModelConfig(checkpointConfiguration: json) else { return }
      let layout = SubnetLayout(config: config, architecture: config.wholeArchitecture)
      expect(layout.tensors.allSatisfy { $0.count > 0 }, "every tensor of a layout has elements")
    }, mutate: nil)

  /// The options of the .npy writer: shapes of any lengths, and pieces of any sizes. What comes out is parsed anew.
  static let numPy = FuzzTarget(
    name: "numpy",
    test: { bytes in
      var choices = Choices(bytes)
      let shape = (0..<choices.number(below: 6)).map { _ in
        choices.number(below: choices.number(below: 8) == 0 ? Int.max : 40)
      }
      let (count, isTooLarge) = shape.reduce((1, false)) { product, length in
        let (next, overflows) = product.0.multipliedReportingOverflow(by: length)
        return (next, product.1 || overflows)
      }
      let header = NumPyHeader(shape: shape)
      expect(header.bytes.count.isMultiple(of: 64), "elements begin at a multiple of 64 bytes")
      expect(shapeText(of: header.bytes) == pythonTuple(shape), "the shape is a tuple of Python's")
      guard !isTooLarge, count <= 4096 else { return }
      let output = ScratchFile()
      defer { output.remove() }
      guard let file = try? AtomicFile(path: output.path, replacing: true),
        var writer = try? NumPyWriter(shape: shape, to: .file(file))
      else { fatalError("a file in memory can be written") }
      while writer.remainingCount > 0 {
        let size = 1 + choices.number(below: writer.remainingCount)
        let values = (0..<size).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: choices.number(below: 1 << 32)))
        }
        guard (try? writer.write(values)) != nil else { fatalError("a file in memory can be written") }
      }
      guard (try? file.commit()) != nil, let written = try? InputFile(path: output.path) else {
        fatalError("a file in memory can be committed")
      }
      expect(written.byteCount == header.bytes.count + 4 * count, "every element is there")
    }, mutate: nil)

  private static func pythonTuple(_ shape: [Int]) -> String {
    shape.count == 1 ? "(\(shape[0]),)" : "(" + shape.map { "\($0)" }.joined(separator: ", ") + ")"
  }

  private static func shapeText(of header: [UInt8]) -> String {
    let text = header[(header.firstIndex(of: UInt8(ascii: "(")) ?? 0)...]
    return String(decoding: text[...(text.firstIndex(of: UInt8(ascii: ")")) ?? text.startIndex)], as: UTF8.self)
  }
}

/// Numbers that an input chooses, one after the other; zeros when it is used up.
struct Choices {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  var isUsedUp: Bool { rest.isEmpty }

  mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  /// A number below `limit`, which is positive, of as many bytes as it takes.
  mutating func number(below limit: Int) -> Int {
    var value: UInt64 = 0
    var size = UInt64(limit - 1)
    while size > 0 {
      value = value << 8 | UInt64(byte())
      size >>= 8
    }
    return Int(value % UInt64(limit))
  }

  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in byte() } }
}
