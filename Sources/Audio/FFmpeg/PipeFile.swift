import LHSystem

/// The bytes that came through a pipe, as a file in memory that another program can read back and forth.
final class PipeFile: PipeStore {
  private(set) var count = 0
  private let file: MemoryFile
  private let buffer: UnsafeMutableRawBufferPointer

  /// A file that `fill` writes, and that is read next from its first byte on.
  ///
  /// - Parameter name: Whose bytes they are, in faults: there may be too many open files, or no memory.
  init(of name: String, _ fill: (PipeFile) throws(AudioFault) -> Void) throws(AudioFault) {
    let unreadable = { (reason: SystemError) in AudioFault.cannotRead(name: name, reason: reason) }
    file = try mappingError(of: MemoryFile(), to: unreadable)
    buffer = .allocate(byteCount: 1 << 20, alignment: 16)
    try fill(self)
    try mappingError(of: file.rewind(), to: unreadable)
  }

  deinit { buffer.deallocate() }

  /// Where to read it from.
  var descriptor: Int32 { file.descriptor }

  func room() -> UnsafeMutableRawBufferPointer { buffer }

  func keep(_ count: Int) throws(SystemError) {
    try file.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    self.count += count
  }

  /// Appends bytes that came otherwise.
  func append(_ bytes: [UInt8], name: String) throws(AudioFault) {
    try bytes.withUnsafeBufferPointer { bytes throws(AudioFault) in
      try mappingError(of: file.append(UnsafeRawBufferPointer(bytes))) { (reason: SystemError) in
        AudioFault.cannotRead(name: name, reason: reason)
      }
    }
    count += bytes.count
  }

  func bytes(name: String) -> SoundBytes {
    SoundBytes(name: name, count: count) { [file] offset, target throws(AudioFault) in
      try mappingError(of: file.read(at: offset, into: target)) { (reason: SystemError) in
        AudioFault.cannotRead(name: name, reason: reason)
      }
    }
  }

  /// How many bytes may come of what ffmpeg may know.
  static func accepts(_ start: SoundBytes, _ limits: ReadingLimits) throws(AudioFault) -> Int {
    do throws(AudioFault) {
      _ = try SoundFormat.identify(start)
    } catch {
      guard case .foreignFormat(_, _, let remedy) = error, remedy == .ffmpeg || remedy == .maybeFFmpeg else {
        throw error
      }
    }
    return limits.byteCount(byteRate: .infinity)
  }
}
