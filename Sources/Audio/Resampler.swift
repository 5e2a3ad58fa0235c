import LHCSoxr

/// Brings one channel to 16 kHz with libsoxr's "high quality" recipe.
///
/// That recipe (20 bits, linear phase, the pass band up to 0.913 of the lower Nyquist frequency) is librosa's default,
/// "soxr_hq", which most features of this kind have been made with. "Very high quality" takes twice the time for
/// errors that are already below a 16-bit recording's own rounding by 24 dB.
///
/// The output is aligned with the input: sample k stands at the time k / 16000 s. There are ceil(frames * 16000 / rate)
/// samples, as in librosa.
final class Resampler {
  private let handle: OpaquePointer
  private let rate: Int
  private let name: String
  private var frameCount = 0
  /// Samples that were appended.
  private var givenCount = 0
  private var buffer = [Float](repeating: 0, count: 1 << 14)

  init(from rate: Int, name: String) throws(AudioFault) {
    self.rate = rate
    self.name = name
    var failure: soxr_error_t?
    var formats = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I)
    var quality = soxr_quality_spec(UInt(SOXR_20_BITQ), 0)
    let handle = soxr_create(Double(rate), Double(Recording.sampleRate), 1, &failure, &formats, &quality, nil)
    guard let handle, failure == nil else {
      soxr_delete(handle)
      throw .cannotResample(name: name, rate: rate, reason: failure.map { String(cString: $0) } ?? "out of memory")
    }
    self.handle = handle
  }

  deinit { soxr_delete(handle) }

  /// Takes the next frames and appends the samples that are ready.
  func append(_ frames: [Float], to samples: inout [Float]) throws(AudioFault) {
    frameCount += frames.count
    try push(frames, to: &samples)
  }

  /// Appends the rest, so that there are as many samples as promised.
  func finish(_ samples: inout [Float]) throws(AudioFault) {
    // libsoxr rounds the number of samples to the nearest; with zeros behind the end it gives the last one as well.
    try push([Float](repeating: 0, count: rate / Recording.sampleRate + 2), to: &samples)
    try process(nil, 0, to: &samples)
    let count = (frameCount * Recording.sampleRate + rate - 1) / rate
    samples.removeLast(max(0, givenCount - count))
    samples += [Float](repeating: 0, count: max(0, count - givenCount))
  }

  private func push(_ frames: [Float], to samples: inout [Float]) throws(AudioFault) {
    let fault: AudioFault? = frames.withUnsafeBufferPointer { input in
      do throws(AudioFault) { try process(input.baseAddress, input.count, to: &samples) } catch { return error }
      return nil
    }
    if let fault { throw fault }
  }

  /// Feeds all of the input (nil: there is no more) and takes what comes out.
  private func process(_ input: UnsafePointer<Float>?, _ count: Int, to samples: inout [Float]) throws(AudioFault) {
    var used = 0
    while true {
      var taken = 0
      var given = 0
      let failure = soxr_process(
        handle, input.map { $0 + used }, count - used, &taken, &buffer, buffer.count, &given)
      if let failure { throw .cannotResample(name: name, rate: rate, reason: String(cString: failure)) }
      samples += buffer[..<given]
      givenCount += given
      used += taken
      if given < buffer.count && used == count { return }
    }
  }
}
