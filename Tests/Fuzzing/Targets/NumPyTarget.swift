import LHFeatureFiles
import LHSystem

extension FuzzTarget {
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
