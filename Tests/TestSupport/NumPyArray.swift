/// A float32 array in C order from a .npy file, as numpy.save writes it.
public struct NumPyArray: Equatable, Sendable {
  /// Length of each axis.
  public let shape: [Int]
  /// The elements in row-major order.
  public let values: [Float]

  /// Why something is not such an array.
  public struct Unreadable: Error, CustomStringConvertible {
    /// The file and what is wrong with it.
    public let description: String
  }

  /// Reads a file.
  public init(path: String) throws {
    try self.init(bytes: readBytes(path), name: path)
  }

  /// Reads the contents of a file; `name` stands in errors.
  public init(bytes: [UInt8], name: String) throws {
    guard bytes.count >= 10, bytes[..<8] == [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0] else {
      throw Unreadable(description: "\(name): is not a .npy file of version 1.0")
    }
    let start = 10 + Int(bytes[8]) + 256 * Int(bytes[9])
    guard start <= bytes.count, start % 64 == 0 else {
      throw Unreadable(description: "\(name): the header ends at byte \(start) of \(bytes.count)")
    }
    let header = String(decoding: bytes[10..<start], as: UTF8.self)
    let expected = "{'descr': '<f4', 'fortran_order': False, 'shape': ("
    guard header.hasPrefix(expected), let end = header.firstIndex(of: ")") else {
      throw Unreadable(description: "\(name): the header is \(header)")
    }
    let sizes = header[header.index(header.startIndex, offsetBy: expected.count)..<end]
    shape = sizes.split { $0 == "," || $0 == " " }.compactMap { Int($0) }
    let count = shape.reduce(1, *)
    guard bytes.count == start + 4 * count else {
      throw Unreadable(
        description: "\(name): shape \(shape) needs \(4 * count) bytes, there are \(bytes.count - start)")
    }
    values = bytes.withUnsafeBytes { raw in
      (0..<count).map { index in
        Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: start + 4 * index, as: UInt32.self)))
      }
    }
  }
}
