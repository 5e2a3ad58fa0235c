/// Wave64 (Sony's): chunks of WAV whose names are GUIDs and whose sizes have 64 bits and count name and size in.
enum Wave64Header {
  /// The first chunk's name.
  static let signature: [UInt8] =
    Array("riff".utf8) + [0x2e, 0x91, 0xcf, 0x11, 0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0, 0]
  /// Bytes of a name and a size.
  private static let headSize = 24

  /// What the header says of the samples.
  static func container(_ sound: SoundBytes, start: Int) throws(AudioFault) -> SoundContainer {
    let reader = HeaderReader(sound: sound)
    let whole = try sound.bytes(at: start, count: headSize + 16)
    var offset = start + headSize + 16
    var format: WaveFormat?
    var kept: [UInt8] = []
    for _ in 0..<HeaderReader.mostChunks {
      guard let name = try reader.name(offset), let size: UInt64 = try reader.number(offset + 16) else { break }
      let content = offset + headSize
      if name == "data" {
        guard let format else { throw reader.damaged("Wave64", "its format does not stand before its samples") }
        let isUnknown = StatedSize.isUnknown(size) || size < UInt64(headSize)
        let (stated, range) = try StatedSize.resolve(
          isUnknown ? nil : size - UInt64(headSize), start: content, in: sound,
          follows: { offset throws(AudioFault) in try reader.isFollowed(at: aligned(offset, start), sizeAt: 16) })
        let guid = try sound.bytes(at: offset, count: 16)
        let behind = aligned(range.upperBound, start)
        let next = try reader.name(behind)
        let following = next == "riff" || next == "data" ? sound.count - behind : 0
        let total = whole.count + kept.count + headSize + range.count
        let header =
          whole[..<16] + HeaderReader.bytes(UInt64(total), isBigEndian: false) + whole[headSize...] + kept + guid
          + HeaderReader.bytes(UInt64(headSize + range.count), isBigEndian: false)
        return SoundContainer(
          name: "Wave64", codec: format.codec, header: Array(header), sound: range, stated: stated,
          byteRate: format.byteRate, isMPEG: format.isMPEG, isKnownCodec: format.isKnown, remedy: format.remedy,
          followingCount: following)
      }
      guard size >= UInt64(headSize), size <= UInt64(sound.count - offset) else { break }
      let next = aligned(offset + Int(size), start)
      if name == "fmt " || name == "fact" {
        guard kept.count < 2 * HeaderReader.mostBytes else {
          throw reader.damaged("Wave64", "it has more than one format")
        }
        let bytes = try sound.bytes(at: offset, count: min(next - offset, HeaderReader.mostBytes))
        if name == "fmt " {
          let end = max(headSize, min(Int(size), bytes.count))
          guard bytes.count >= headSize else { throw reader.damaged("Wave64", "its format is not whole") }
          format = try WaveFormat(Array(bytes[headSize..<end]), isBigEndian: false, name: sound.name)
        }
        kept += bytes + [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
      }
      offset = next
    }
    throw reader.damaged("Wave64", format == nil ? "it has no format" : "it has no samples")
  }

  /// Chunks begin at multiples of eight from the first one.
  private static func aligned(_ offset: Int, _ start: Int) -> Int { start + (offset - start + 7) / 8 * 8 }
}
