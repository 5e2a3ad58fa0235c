import CSndFile

/// The bytes that came through a pipe.
final class MemoryReader {
  /// All of one size but for what the last one lacks: one array would be copied, and be there twice, whenever it grows.
  private var parts: [UnsafeMutableRawBufferPointer] = []
  private(set) var count = 0
  /// What libsndfile sees of them.
  private(set) var extent = ContainerFormat.Extent()

  private static let partSize = 1 << 20
  /// So many bytes must look like a sound file before more are read: something else may never end.
  private static let probeSize = ReadingLimits.headerSize

  /// Reads a source to its end.
  init(readingAll source: AudioSource, limits: ReadingLimits) throws(AudioFault) {
    var limit = Int.max
    while true {
      let place = count % MemoryReader.partSize
      if place == 0 { parts.append(.allocate(byteCount: MemoryReader.partSize, alignment: 16)) }
      let free = UnsafeMutableRawBufferPointer(rebasing: parts[parts.count - 1][place...])
      let got = try source.read(into: free, timeout: limits.timeout)
      guard got > 0 else { break }
      count += got
      if count >= MemoryReader.probeSize && limit == .max { limit = try probe(name: source.name, limits: limits) }
      guard count <= limit else {
        throw .streamTooLong(name: source.name, byteCount: count, maxSeconds: limits.maxSeconds)
      }
    }
    guard count > 0 else { throw .empty(name: source.name) }
    extent = try ContainerFormat.extent(name: source.name, bytes: bytes)
  }

  deinit { parts.forEach { $0.deallocate() } }

  /// How many bytes may come, by the header that has come; throws when it is none of a sound file.
  private func probe(name: String, limits: ReadingLimits) throws(AudioFault) -> Int {
    extent = try ContainerFormat.extent(name: name, isWhole: false, bytes: bytes)
    var info = SF_INFO()
    let file = file
    guard let handle = file.open(&info) else { return limits.byteCount(byteRate: .infinity) }
    withExtendedLifetime(file) { _ = sf_close(handle) }
    guard Recording.sampleRates.contains(Int(info.samplerate)) else {
      throw .unusableRate(name: name, rate: Int(info.samplerate))
    }
    let sampleSize =
      switch Int(info.format) & SF_FORMAT_SUBMASK {
      case SF_FORMAT_PCM_S8, SF_FORMAT_PCM_U8, SF_FORMAT_ULAW, SF_FORMAT_ALAW: 1.0
      case SF_FORMAT_PCM_16: 2.0
      case SF_FORMAT_PCM_24: 3.0
      case SF_FORMAT_DOUBLE: 8.0
      default: 4.0
      }
    return limits.byteCount(byteRate: Double(info.samplerate) * Double(info.channels) * sampleSize)
  }

  /// The bytes, as libsndfile sees them.
  var file: VirtualFile {
    let start = extent.start
    return VirtualFile(count: max(0, count - start)) { [self] in copy(from: start + $0, into: $1) }
  }

  private func bytes(at offset: Int, count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
      done = copy(from: offset, into: UnsafeMutableRawBufferPointer(buffer))
    }
  }

  /// Copies the bytes from an offset on, as many as fit or as there are.
  private func copy(from offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let wanted = max(0, min(buffer.count, count - offset))
    var done = 0
    while done < wanted {
      let place = (offset + done) % MemoryReader.partSize
      let size = min(wanted - done, MemoryReader.partSize - place)
      let part = parts[(offset + done) / MemoryReader.partSize]
      UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + size]).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: part[place..<place + size]))
      done += size
    }
    return done
  }
}
