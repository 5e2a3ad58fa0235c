import Glibc
import LHAudio
import LHSystem
import LHTestSupport

/// Reads all that ffmpeg, or what stands in for it, gives.
func decodeAll(
  with program: String, _ input: AudioInput, limits: ReadingLimits = ReadingLimits(timeout: 20)
) throws -> (samples: [Float], sampleRate: Int, channelCount: Int) {
  let decoder = try FFmpegDecoder(input, limits: limits, program: program)
  var samples: [Float] = []
  while let block = try decoder.nextBlock() { samples += block }
  if let interruption = decoder.interruption { throw Interruption(reason: interruption) }
  return (samples, decoder.sampleRate, decoder.channelCount)
}

/// An error of ffmpeg's behind sound.
struct Interruption: Fault, Equatable {
  let reason: String
  var kind: FaultKind { .badData }
  var description: String { reason }
}

/// The fault that decoding a file ends with.
func decodingFault(
  with program: String, _ path: String, limits: ReadingLimits = ReadingLimits(timeout: 20)
) -> (any Fault)? {
  do {
    _ = try decodeAll(with: program, .file(path: path), limits: limits)
  } catch AudioFault.ffmpeg(let fault) {
    return fault
  } catch {
    return error as? any Fault
  }
  return nil
}

/// A program that behaves as the lines of shell say, in place of ffmpeg.
///
/// `header` writes an AU header of 16 kHz and one channel, `frames N` so many frames of zeros.
func makeFakeFFmpeg(in folder: String, _ lines: String, name: String = "ffmpeg") -> String {
  let path = folder + "/" + name
  let script = """
    #!/bin/sh
    header() {
      printf '.snd\\000\\000\\000\\040\\377\\377\\377\\377\\000\\000\\000\\006'
      printf '\\000\\000\\076\\200\\000\\000\\000\\001\\000\\000\\000\\000\\000\\000\\000\\000'
    }
    frames() { head -c "$((4 * $1))" /dev/zero; }
    \(lines)

    """
  writeBytes(Array(script.utf8), to: path)
  chmod(path, 0o700)
  return path
}
