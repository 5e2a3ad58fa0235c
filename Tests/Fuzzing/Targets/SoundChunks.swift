/// A container of chunks (WAV, RF64, AIFF, CAF), which can be changed one by one and are put together with right sizes.
struct SoundChunks {
  private struct Chunk {
    var name: [UInt8]
    var content: [UInt8]
    /// Added to the size that is stated.
    var lie: UInt64 = 0
  }

  private enum Form { case riff, iff, caf }

  private let form: Form
  /// What comes before the first chunk.
  private var start: [UInt8]
  private var chunks: [Chunk] = []

  /// Nil when the bytes begin with none of these, or no chunk.
  init?(_ bytes: [UInt8]) {
    func has(_ text: String) -> Bool { bytes.starts(with: text.utf8) }
    guard let form: Form = has("RIFF") || has("RF64") ? .riff : has("FORM") ? .iff : has("caff") ? .caf : nil else {
      return nil
    }
    self.form = form
    var position = form == .caf ? 8 : 12
    guard position <= bytes.count else { return nil }
    start = Array(bytes[..<position])
    let sizeBytes = form == .caf ? 8 : 4
    while position + 4 + sizeBytes <= bytes.count {
      let stated = bytes[position + 4..<position + 4 + sizeBytes]
      let size = form == .riff ? stated.reversed().reduce(0, SoundChunks.digit) : stated.reduce(0, SoundChunks.digit)
      let contentStart = position + 4 + sizeBytes
      let end = contentStart + Int(min(size, UInt64(bytes.count - contentStart)))
      chunks.append(Chunk(name: Array(bytes[position..<position + 4]), content: Array(bytes[contentStart..<end])))
      position = form == .caf || end % 2 == 0 ? end : end + 1
    }
    guard !chunks.isEmpty else { return nil }
  }

  private static func digit(_ value: UInt64, _ byte: UInt8) -> UInt64 { value << 8 | UInt64(byte) }

  /// One change.
  mutating func mutate(_ mutator: inout Mutator) {
    let index = mutator.random(chunks.count)
    switch mutator.random(8) {
    case 0: start = mutator.mutated(start, growth: 0)
    case 1: chunks[index].name = mutator.choose(SoundChunks.names)
    case 2: chunks[index].lie = mutator.number(near: 0)
    case 3: chunks.insert(chunks[index], at: mutator.random(chunks.count + 1))
    case 4: if chunks.count > 1 { chunks.remove(at: index) }
    case 5: chunks.swapAt(index, mutator.random(chunks.count))
    default: chunks[index].content = mutator.mutated(chunks[index].content)
    }
  }

  private static let names = [
    "fmt ", "data", "fact", "PEAK", "bext", "cart", "cue ", "smpl", "LIST", "INFO", "ds64", "id3 ", "junk", "exif",
    "afsp", "COMM", "SSND", "MARK", "INST", "FVER", "COMT", "APPL", "NAME", "basc", "CHAN", "desc", "kuki", "pakt",
    "chan", "info", "strg", "free",
  ].map { Array($0.utf8) }

  var bytes: [UInt8] {
    var bytes = start
    for chunk in chunks {
      let size = UInt64(chunk.content.count) &+ chunk.lie
      bytes += chunk.name
      switch form {
      case .riff: bytes += littleEndian(UInt32(truncatingIfNeeded: size))
      case .iff: bytes += littleEndian(UInt32(truncatingIfNeeded: size).byteSwapped)
      case .caf: bytes += littleEndian(size.byteSwapped)
      }
      bytes += chunk.content
      if form != .caf && bytes.count % 2 == 1 { bytes.append(0) }
    }
    return bytes
  }
}
