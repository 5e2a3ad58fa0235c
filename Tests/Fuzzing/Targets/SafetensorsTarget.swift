import LHImport
import LHSafetensors
import LHTensors
import LHTestSupport

extension FuzzTarget {
  /// A safetensors file, every tensor read, and the same bytes as an index of several files.
  static let safetensors = FuzzTarget(
    name: "safetensors",
    test: { bytes in
      let file = MemoryFile(bytes)
      if let index = try? SafetensorsIndex(path: file.path) {
        expect(index.files.allSatisfy { !$0.contains("/") && $0 != ".." }, "the files of an index lie beside it")
        expect(Set(index.fileOf.values) == Set(index.files), "an index has the files that it names")
      }
      guard let opened = try? SafetensorsFile(path: file.path) else { return }
      expect(SafetensorsFile.recognizes(Array(bytes.prefix(SafetensorsFile.recognizedSize))), "a file is recognised")
      expect(Set(opened.tensorNames).count == opened.tensorNames.count, "no name occurs twice")
      var size = 0
      for name in opened.tensorNames {
        guard let shape = opened.shape(of: name), let format = opened.formatName(of: name) else {
          fatalError("a tensor without a shape")
        }
        guard let type = ElementType(rawValue: format) else { continue }
        guard let view = try? opened.tensor(name) else { fatalError("a tensor of a sound file cannot be read") }
        expect(view.shape == shape && view.elementType == type, "a tensor is what the header says")
        size += view.count * type.byteCount
        var values = [Double](repeating: 0, count: view.count)
        values.withUnsafeMutableBufferPointer { if let start = $0.baseAddress { view.copy(to: start) } }
      }
      expect(size <= bytes.count, "tensors do not share bytes")
    },
    mutate: { bytes, mutator in
      guard bytes.count > 16 else { return mutator.random(4) == 0 ? SampleFiles.index : SampleFiles.safetensors }
      let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard length <= UInt64(bytes.count - 8), mutator.random(8) > 0 else { return mutator.mutated(bytes) }
      let data = bytes[(8 + Int(length))...]
      let header = JSONMutation.mutated(Array(bytes[8..<8 + Int(length)]), &mutator)
      return UInt64(header.count).littleEndianBytes + header + data
    })
}

extension SampleFiles {
  /// A safetensors file with a tensor of each kind.
  static let safetensors: [UInt8] = {
    var writer = SafetensorsWriter()
    writer.metadata = #"{"format":"pt"}"#
    writer.add("a", [1, 2, 3, 4, 5, 6], shape: [2, 3], as: .float16)
    writer.add("b", [1], shape: [])
    writer.add("c", [], shape: [0, 4])
    writer.add("d", "I64", shape: [1], bytes: [UInt8](repeating: 0, count: 8))
    return writer.file()
  }()

  /// An index of two files.
  static let index = Array(
    #"{"metadata":{},"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}}"#.utf8)
}
