import LHCOgg

/// The pages of an Ogg file one after the other: libogg, which finds them behind anything else and checks their
/// checksums.
final class OggPageReader {
  /// Why reading ended before the end of the file; nil when it did not.
  private(set) var interruption: String?

  /// Bytes that are neither pages nor tags.
  private(set) var skippedCount = 0

  private let sound: SoundBytes
  private let sync: UnsafeMutablePointer<ogg_sync_state>
  /// Where in the file the next bytes are read, and where the first byte stands that libogg has and has not given.
  private var readOffset: Int
  private var offset: Int
  /// Where the bytes begin that are passed over now.
  private var skippedStart: Int?

  private static let chunkSize = 1 << 16
  private static let capture = Array("OggS".utf8)

  /// So many bytes of something else, such as the headers of HTTP, may stand in front of the first page.
  private static let searchSize = 1 << 16

  /// Offset of the first page that begins a stream; nil when there is none near the beginning.
  static func search(_ sound: SoundBytes, from start: Int) throws(AudioFault) -> Int? {
    let bytes = try sound.bytes(at: start, count: searchSize)
    let page = bytes.indices.first { bytes[$0] == capture[0] && bytes[$0...].starts(with: capture + [0, 2]) }
    return page.map { start + $0 }
  }

  init(_ sound: SoundBytes, start: Int) {
    self.sound = sound
    sync = .allocate(capacity: 1)
    ogg_sync_init(sync)
    readOffset = start
    offset = start
  }

  deinit {
    ogg_sync_clear(sync)
    sync.deallocate()
  }

  /// The next page, whose bytes stay until the one after it is read; nil at the end.
  func next() throws(AudioFault) -> OggPage? {
    while interruption == nil {
      let beginsPage = waiting(4) == OggPageReader.capture
      var page = ogg_page()
      let size = ogg_sync_pageseek(sync, &page)
      if size == 0 {
        guard try readOn() else { return try end() }
        continue
      }
      let place = offset
      offset += abs(size)
      if size > 0 {
        try noteSkipped(upTo: place)
        let page = OggPage(page: page, offset: place)
        if page.version == 0 { return page }
        interrupt(place, "is of version \(page.version), expected 0")
      } else if beginsPage {
        interrupt(place, "does not have its checksum")
      } else {
        skippedStart = skippedStart ?? place
      }
    }
    return nil
  }

  /// Notes what is wrong with a page, after which nothing is read.
  func interrupt(_ offset: Int, _ problem: String) {
    interruption = interruption ?? "the Ogg page at byte \(offset) \(problem)"
  }

  /// Up to so many bytes that libogg has and has not given.
  private func waiting(_ count: Int) -> [UInt8] {
    let state = sync.pointee
    guard let data = state.data else { return [] }
    let there = Int(state.fill - state.returned)
    return Array(UnsafeBufferPointer(start: data + Int(state.returned), count: max(0, min(count, there))))
  }

  private func readOn() throws(AudioFault) -> Bool {
    guard let buffer = ogg_sync_buffer(sync, OggPageReader.chunkSize) else {
      throw .decoderUnavailable(name: sound.name, library: "libogg")
    }
    let count = try sound.copy(
      from: readOffset, into: UnsafeMutableRawBufferPointer(start: buffer, count: OggPageReader.chunkSize))
    readOffset += count
    ogg_sync_wrote(sync, count)
    return count > 0
  }

  /// A part of a page may be left, or bytes that are none, such as a tag.
  private func end() throws(AudioFault) -> OggPage? {
    let rest = waiting(4)
    if rest == OggPageReader.capture {
      interrupt(offset, "ends before its end")
    } else if !rest.isEmpty {
      skippedStart = skippedStart ?? offset
    }
    try noteSkipped(upTo: sound.count)
    return nil
  }

  private func noteSkipped(upTo end: Int) throws(AudioFault) {
    guard let start = skippedStart else { return }
    skippedStart = nil
    if try !Tags.stand(at: start, in: sound) { skippedCount += end - start }
  }
}
