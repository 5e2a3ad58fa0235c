/// The numbers of the .lhb format, which Docs/format.md explains.
enum FileFormat {
  /// Like PNG's: a byte that is no text, a name, and line ends that a transfer as text would change.
  static let magic: [UInt8] = [0x89, 0x4c, 0x48, 0x42, 0x0d, 0x0a, 0x1a, 0x0a]
  /// So many bytes of it tell that a file is meant to be one.
  static let recognizedSize = 4
  /// The newest version: all up to it are read, and of them the oldest that has what a file needs is written.
  static let newestVersion: UInt32 = 3
  /// The version in which models are written that are no subnets.
  static let firstVersionOfWholeModels: UInt32 = 3
  /// Bytes of magic, version, the lengths and the file size.
  static let preambleSize = 32
  /// The header's checksum follows the table.
  static let checksumSize = 8
  /// Payloads begin at multiples of this, a cache line and the widest vector.
  static let alignment = 64
  /// The longest JSON text.
  static let jsonLimit = 1 << 20
  /// The longest table.
  static let tableLimit = 1 << 20
  /// The largest tensor, decoded, and the largest payload.
  static let tensorLimit = 1 << 30
  /// The most bytes that a compressed payload of `size` may stand for. Weights shrink to half at best; only constants
  /// shrink more, which are short. So the memory of a load is bounded by the file's size, whatever the file claims.
  static func contentLimit(ofFrame size: Int) -> Int { max(16 << 10, 64 * size) }
  /// The most axes of a tensor.
  static let rankLimit = 4

  /// Whether bytes begin like a subnet file, sound or not.
  static func isRecognized(_ bytes: [UInt8]) -> Bool {
    bytes.prefix(recognizedSize).elementsEqual(magic.prefix(recognizedSize))
  }

  /// `offset`, which must be far from overflowing, rounded up to the alignment.
  static func aligned(_ offset: Int) -> Int { (offset + alignment - 1) / alignment * alignment }
}

/// How a tensor's bytes are stored: the codes of the table.
public enum TensorEncoding: UInt8, Sendable, Hashable, CaseIterable {
  /// As they are.
  case raw = 0
  /// One zstd frame.
  case zstd = 1

  /// "raw" or "zstd".
  public var name: String {
    switch self {
    case .raw: "raw"
    case .zstd: "zstd"
    }
  }
}
