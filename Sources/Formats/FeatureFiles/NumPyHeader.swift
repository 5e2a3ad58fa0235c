/// The header of a .npy file, version 1.0, for float32 in C order: as numpy.save writes it, byte for byte.
public struct NumPyHeader: Equatable, Sendable {
  /// Length of each axis.
  public let shape: [Int]

  /// The header of an array with these axes.
  public init(shape: [Int]) {
    precondition(shape.allSatisfy { $0 >= 0 }, "a negative length")
    self.shape = shape
  }

  /// Number of elements that follow.
  public var elementCount: Int { shape.reduce(1, *) }

  /// The magic, the version, the length of the text, and the text: padded with blanks and ended by a line feed so that
  /// the elements begin at a multiple of 64 bytes.
  public var bytes: [UInt8] {
    let lengths = shape.map(String.init).joined(separator: ", ")
    let tuple = shape.count == 1 ? "(\(lengths),)" : "(\(lengths))"
    var text = Array("{'descr': '<f4', 'fortran_order': False, 'shape': \(tuple), }".utf8)
    let unpadded = NumPyHeader.prefixSize + text.count + 1
    text += [UInt8](repeating: UInt8(ascii: " "), count: -unpadded & 63) + [UInt8(ascii: "\n")]
    precondition(text.count <= UInt16.max, "too many axes for version 1.0")
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.count & 0xff), UInt8(text.count >> 8)] + text
  }

  private static let prefixSize = 10
}
