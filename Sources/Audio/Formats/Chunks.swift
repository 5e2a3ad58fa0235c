/// The chunks of WAV and AIFF: a name of four characters, a size of 32 bits, the content, a byte where that is odd.
struct Chunks {
  /// One of them.
  struct Chunk {
    let name: String
    /// As stated, whatever is there.
    let size: UInt32
    /// Offset of the first byte of the content.
    let start: Int
  }

  let reader: HeaderReader
  /// Where the next one begins.
  private var offset: Int
  private var count = 0

  init(_ reader: HeaderReader, from offset: Int) {
    self.reader = reader
    self.offset = offset
  }

  /// The next one; nil when there is none, or what stands there is none.
  mutating func next() throws(AudioFault) -> Chunk? {
    count += 1
    guard count <= HeaderReader.mostChunks else {
      throw reader.damaged("a container", "it has more than \(HeaderReader.mostChunks) chunks")
    }
    guard let size = try reader.number(offset + 4, as: UInt32.self) else { return nil }
    let start = offset + 8
    // A name may be anything where the size fits.
    let named = try reader.name(offset) ?? (Int(size) <= reader.sound.count - start ? "" : nil)
    guard let name = named else { return nil }
    let end = start + Int(size)
    // Some programs leave out the byte that makes an odd size even.
    let behind = size % 2 == 1 ? try reader.name(end) : nil
    let isPadded = size % 2 == 1 && !(behind.map(Chunks.known.contains) ?? false)
    offset = isPadded ? end + 1 : end
    return Chunk(name: name, size: size, start: start)
  }

  /// The content of a chunk that samples need.
  func content(_ chunk: Chunk, format: String) throws(AudioFault) -> [UInt8] {
    let bytes = try reader.sound.bytes(at: chunk.start, count: min(Int(chunk.size), HeaderReader.mostBytes))
    guard bytes.count == chunk.size else {
      throw reader.damaged(format, "its chunk '\(chunk.name)' of \(chunk.size) bytes is not whole")
    }
    return bytes
  }

  /// Whether what stands at an offset, behind the sound, is a chunk or a tag. A last chunk may be cut off.
  static func follow(at offset: Int, _ reader: HeaderReader) throws(AudioFault) -> Bool {
    for offset in [offset, offset + offset % 2] {
      if try Tags.stand(at: offset, in: reader.sound) { return true }
      guard let name = try reader.name(offset), let size = try reader.number(offset + 4, as: UInt32.self) else {
        continue
      }
      if known.contains(name) || Int(size) <= reader.sound.count - offset - 8 { return true }
    }
    return false
  }

  /// Bytes from another sound on that stands behind an offset, with chunks between them; 0 when there is none.
  static func another(behind offset: Int, _ reader: HeaderReader) throws(AudioFault) -> Int {
    var chunks = Chunks(reader, from: offset + offset % 2)
    while let chunk = try chunks.next() {
      if ["RIFF", "RIFX", "RF64", "FORM", "data", "SSND"].contains(chunk.name) {
        return reader.sound.count - chunk.start
      }
    }
    return 0
  }

  /// A chunk as bytes.
  static func bytes(_ name: String, _ content: [UInt8], isBigEndian: Bool) -> [UInt8] {
    Array(name.utf8) + HeaderReader.bytes(UInt32(content.count), isBigEndian: isBigEndian) + content
      + (content.count % 2 == 1 ? [0] : [])
  }

  private static let known: Set<String> = [
    "data", "fmt ", "fact", "LIST", "id3 ", "ID3 ", "PEAK", "bext", "cue ", "smpl", "inst", "JUNK", "junk", "PAD ",
    "iXML",
    "_PMX", "cart", "afsp", "COMM", "SSND", "MARK", "INST", "COMT", "NAME", "AUTH", "ANNO", "(c) ", "APPL", "CHAN",
    "FVER",
  ]
}
