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

  /// Starts ffmpeg with an input as its standard input: the file itself, or one in memory with the bytes, or with what
  /// came through a pipe, since many formats are read back and forth.
  init(_ input: AudioInput, program: String, limits: ReadingLimits) throws(AudioFault) {
    name = input.name
    self.program = program
    self.limits = limits
    let stage = try FFmpegInput(input, limits: limits)
    contents = stage.contents
    // A file may be open that could not be opened again.
    let isSeekable = access("/proc/self/fd/\(stage.descriptor)", R_OK) == 0
    let arguments = FFmpeg.arguments(isSeekable: isSeekable, maxSeconds: limits.maxSeconds)
    process = try withExtendedLifetime(stage) { () throws(AudioFault) in
      try mappingError(of: FFmpegProcess(path: program, arguments: arguments, input: stage.descriptor)) {
        AudioFault.ffmpeg(.cannotStart(name: input.name, program: program, reason: $0))
      }
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
