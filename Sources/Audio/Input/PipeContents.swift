/// The bytes that came through a pipe, in memory.
final class PipeContents: PipeStore {
  private(set) var count = 0
  /// All of one size but for what the last one lacks: one array would be copied, and be there twice, whenever it grows.
  private var parts: [UnsafeMutableRawBufferPointer] = []

  private static let partSize = 1 << 20

  deinit { parts.forEach { $0.deallocate() } }

  func room() -> UnsafeMutableRawBufferPointer {
    let place = count % PipeContents.partSize
    if count == parts.count * PipeContents.partSize {
      parts.append(.allocate(byteCount: PipeContents.partSize, alignment: 16))
    }
    return UnsafeMutableRawBufferPointer(rebasing: parts[parts.count - 1][place...])
  }

  func keep(_ count: Int) { self.count += count }

  func bytes(name: String) -> SoundBytes {
    SoundBytes(name: name, count: count) { [self] offset, target throws(AudioFault) in copy(from: offset, into: target)
    }
  }

  /// How many bytes may come, by the header that has come.
  static func accepts(_ start: SoundBytes, _ limits: ReadingLimits) throws(AudioFault) -> Int {
    let container = try SoundFormat.identify(start).container(of: start)
    return limits.byteCount(byteRate: container?.byteRate ?? .infinity)
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
