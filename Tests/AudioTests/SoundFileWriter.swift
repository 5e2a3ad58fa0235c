import Glibc
import LHCSndFile
import LHTestSupport
import Testing

/// A sound file format that libsndfile writes.
struct SoundFormat: CustomTestStringConvertible {
  let testDescription: String
  let code: Int

  static let wav16 = SoundFormat("WAV, 16 bits", SF_FORMAT_WAV, SF_FORMAT_PCM_16)
  static let wavFloat = SoundFormat("WAV, float", SF_FORMAT_WAV, SF_FORMAT_FLOAT)
  static let flac = SoundFormat("FLAC, 16 bits", SF_FORMAT_FLAC, SF_FORMAT_PCM_16)
  static let mp3 = SoundFormat("MP3", SF_FORMAT_MPEG, SF_FORMAT_MPEG_LAYER_III)
  static let ogg = SoundFormat("Ogg Vorbis", SF_FORMAT_OGG, SF_FORMAT_VORBIS)

  init(_ name: String, _ container: Int, _ encoding: Int) {
    testDescription = name
    code = container | encoding
  }

  /// Writes interleaved samples.
  func write(_ samples: [Float], to path: String, sampleRate: Int = 16_000, channels: Int = 1) {
    var info = SF_INFO()
    info.samplerate = Int32(sampleRate)
    info.channels = Int32(channels)
    info.format = Int32(code)
    guard let file = sf_open(path, Int32(SFM_WRITE), &info) else {
      fatalError("\(path): \(String(cString: sf_strerror(nil)))")
    }
    guard sf_write_float(file, samples, sf_count_t(samples.count)) == samples.count, sf_close(file) == 0 else {
      fatalError("\(path) was not written")
    }
  }
}

/// Calls `body` with a path from which `bytes` come as through a pipe: no seeking, no length. When endless, they come
/// again and again.
func withPipe<R>(of bytes: [UInt8], endless: Bool = false, _ body: (String) throws -> R) rethrows -> R {
  var ends: [Int32] = [0, 0]
  guard pipe(&ends) == 0 else { fatalError("no pipe") }
  // Programs that other tests start must not hold the pipe open.
  for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  let writer = PipeWriter(bytes: bytes, isEndless: endless, descriptor: ends[1])
  defer {
    close(ends[0])
    writer.wait()
  }
  return try body("/dev/fd/\(ends[0])")
}

private final class PipeWriter: Sendable {
  private let bytes: [UInt8]
  private let isEndless: Bool
  private let descriptor: Int32
  private nonisolated(unsafe) var thread = pthread_t()

  init(bytes: [UInt8], isEndless: Bool, descriptor: Int32) {
    self.bytes = bytes
    self.isEndless = isEndless
    self.descriptor = descriptor
    signal(SIGPIPE, SIG_IGN)
    pthread_create(
      &thread, nil,
      { context in
        let writer = Unmanaged<PipeWriter>.fromOpaque(context!).takeRetainedValue()
        var rest = writer.bytes[...]
        while !rest.isEmpty {
          let count = rest.withUnsafeBytes { Glibc.write(writer.descriptor, $0.baseAddress, min($0.count, 10_000)) }
          guard count > 0 else { break }
          rest = rest.dropFirst(count)
          if rest.isEmpty && writer.isEndless { rest = writer.bytes[...] }
        }
        close(writer.descriptor)
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
  }

  func wait() { pthread_join(thread, nil) }
}

/// A sine of 440 Hz, of amplitude 0.5.
func sine(rate: Int, count: Int) -> [Float] {
  (0..<count).map { Float(0.5 * sin(2 * Double.pi * 440 * Double($0) / Double(rate))) }
}
