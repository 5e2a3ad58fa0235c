import Glibc
import LHSystem

/// What ffmpeg writes for one input, with the faults that can come of it.
struct FFmpegStream {
  /// The input's name.
  let name: String
  /// The path of ffmpeg.
  let program: String
  let limits: ReadingLimits
  /// The bytes that it reads.
  let contents: SoundBytes
  private let process: FFmpegProcess

  /// Starts ffmpeg with an input as its standard input: the file itself, or one in memory with what came through a
  /// pipe, since many formats are read back and forth.
  init(_ input: AudioInput, program: String, limits: ReadingLimits) throws(AudioFault) {
    name = input.name
    self.program = program
    self.limits = limits
    let source = try AudioSource(input)
    let descriptor: Int32
    if source.fileSize == nil {
      let gathered = try FFmpegStream.gather(source, limits: limits)
      descriptor = gathered.file.descriptor
      contents = gathered.contents
    } else {
      descriptor = source.descriptor
      contents = try source.contents(limits: limits)
    }
    // A file may be open that could not be opened again.
    let isSeekable = access("/proc/self/fd/\(descriptor)", R_OK) == 0
    let arguments = FFmpeg.arguments(isSeekable: isSeekable, maxSeconds: limits.maxSeconds)
    process = try withExtendedLifetime((source, contents)) { () throws(AudioFault) in
      try mappingError(of: FFmpegProcess(path: program, arguments: arguments, input: descriptor)) {
        AudioFault.ffmpeg(.cannotStart(name: input.name, program: program, reason: $0))
      }
    }
  }

  /// All that comes through a pipe until it ends, at most as much as the longest recording needs.
  private static func gather(
    _ source: AudioSource, limits: ReadingLimits
  ) throws(AudioFault) -> (file: MemoryFile, contents: SoundBytes) {
    let limit = limits.byteCount(byteRate: .infinity)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }
    var count = 0
    var isKnown = false
    do {
      let file = try MemoryFile()
      func contents() -> SoundBytes {
        SoundBytes(name: source.name, count: count) { offset, target throws(AudioFault) in
          try mappingError(of: file.read(at: offset, into: target)) {
            AudioFault.cannotRead(name: source.name, reason: $0)
          }
        }
      }
      while true {
        let got = try source.read(into: buffer, timeout: limits.timeout)
        guard got > 0 else { break }
        count += got
        guard count <= limit else {
          throw AudioFault.streamTooLong(name: source.name, byteCount: count, maxSeconds: limits.maxSeconds)
        }
        try file.append(UnsafeRawBufferPointer(rebasing: buffer[..<got]))
        if count >= ReadingLimits.headerSize, !isKnown {
          try checkFormat(contents())
          isKnown = true
        }
      }
      guard count > 0 else { throw AudioFault.empty(name: source.name) }
      try file.rewind()
      return (file, contents())
    } catch let fault as AudioFault {
      throw fault
    } catch {
      throw .cannotRead(name: source.name, reason: error as? SystemError ?? SystemError(code: EIO))
    }
  }

  /// Throws when what has come is no sound, and may never end.
  private static func checkFormat(_ sound: SoundBytes) throws(AudioFault) {
    do throws(AudioFault) {
      _ = try SoundFormat.identify(sound)
    } catch {
      if case .foreignFormat(_, _, let remedy) = error, remedy == .ffmpeg || remedy == .maybeFFmpeg { return }
      throw error
    }
  }

  /// Waits for bytes and takes them, at most as many as fit; 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(AudioFault) -> Int {
    let deadline = Deadline(seconds: limits.timeout)
    let count = try mappingError(of: process.read(into: buffer, until: deadline)) {
      AudioFault.cannotRead(name: name, reason: $0)
    }
    guard let count else { throw .stalled(name: name, seconds: limits.timeout) }
    return count
  }

  /// Reads the header and what follows it up to the first sample.
  func readHeader() throws(AudioFault) -> FFmpegHeader {
    var bytes = try readBytes(FFmpegHeader.wordsSize)
    if bytes.count < FFmpegHeader.wordsSize, let reason = try failure() {
      throw .ffmpeg(.cannotDecode(name: name, reason: reason))
    }
    let header = try mappingError(of: FFmpegHeader(bytes)) { (problem: FFmpegHeader.Problem) in
      AudioFault.ffmpeg(.badStream(name: name, program: program, problem: problem.text))
    }
    bytes = try readBytes(header.byteCount - FFmpegHeader.wordsSize)
    return header
  }

  /// So many bytes, or as many as there are.
  private func readBytes(_ count: Int) throws(AudioFault) -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, done throws(AudioFault) in
      let whole = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count)
      while done < count {
        let got = try read(into: UnsafeMutableRawBufferPointer(rebasing: whole[done...]))
        guard got > 0 else { return }
        done += got
      }
    }
  }

  /// Waits for ffmpeg's end, and gives its reason if that was no good one.
  func failure() throws(AudioFault) -> String? {
    guard let ending = process.end(until: Deadline(seconds: limits.timeout)) else {
      throw .stalled(name: name, seconds: limits.timeout)
    }
    let reason = FFmpegMessage.reason(process.messages)
    switch ending {
    case .killed(let signal): throw .ffmpeg(.killed(name: name, signal: signal))
    case .exited(status: 0): return reason
    case .exited(let status): return reason ?? "it ended with status \(status)"
    case .unknown: return reason ?? "its status is unknown, since this process ignores SIGCHLD"
    }
  }
}
