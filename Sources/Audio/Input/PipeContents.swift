/// The bytes that came through a pipe: decoders want to go back, and a pipe cannot.
final class PipeContents {
  /// All of one size but for what the last one lacks: one array would be copied, and be there twice, whenever it grows.
  private var parts: [UnsafeMutableRawBufferPointer] = []
  private var count = 0

  private static let partSize = 1 << 20
  /// So many bytes must look like a sound file before more are read: something else may never end.
  private static let probeSize = ReadingLimits.headerSize

  /// Reads a source to its end.
  static func read(_ source: AudioSource, limits: ReadingLimits) throws(AudioFault) -> SoundBytes {
    let contents = PipeContents()
    try contents.readAll(source, limits: limits)
    return contents.bytes(name: source.name)
  }

  private init() {}

  deinit { parts.forEach { $0.deallocate() } }

  private func readAll(_ source: AudioSource, limits: ReadingLimits) throws(AudioFault) {
    var limit = Int.max
    while true {
      let place = count % PipeContents.partSize
      if place == 0 { parts.append(.allocate(byteCount: PipeContents.partSize, alignment: 16)) }
      let free = UnsafeMutableRawBufferPointer(rebasing: parts[parts.count - 1][place...])
      let got = try source.read(into: free, timeout: limits.timeout)
      guard got > 0 else { break }
      count += got
      if count >= PipeContents.probeSize && limit == .max { limit = try byteLimit(name: source.name, limits: limits) }
      guard count <= limit else {
        throw .streamTooLong(name: source.name, byteCount: count, maxSeconds: limits.maxSeconds)
      }
    }
    guard count > 0 else { throw .empty(name: source.name) }
  }

  /// How many bytes may come, by the header that has come; throws when it is none of a sound file.
  private func byteLimit(name: String, limits: ReadingLimits) throws(AudioFault) -> Int {
    let bytes = bytes(name: name)
    let format = try SoundFormat.identify(bytes)
    guard let container = try format.container(of: bytes) else { return limits.byteCount(byteRate: .infinity) }
    return limits.byteCount(byteRate: container.byteRate)
  }

  /// What has come.
  private func bytes(name: String) -> SoundBytes {
    SoundBytes(name: name, count: count) { [self] offset, target throws(AudioFault) in copy(from: offset, into: target)
    }
  }

  /// Copies the bytes from an offset on, as many as fit or as there are.
  private func copy(from offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let wanted = max(0, min(buffer.count, count - offset))
    var done = 0
    while done < wanted {
      let place = (offset + done) % PipeContents.partSize
      let size = min(wanted - done, PipeContents.partSize - place)
      let part = parts[(offset + done) / PipeContents.partSize]
      UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + size]).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: part[place..<place + size]))
      done += size
    }
    return done
  }
}
