import Glibc
import LHAudio
import LHTestSupport
import Testing

@Suite struct ResamplingTests {
  @Test(arguments: [8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 15_999, 1_000, 10_000_000])
  func `A sine comes out as the sine at 16 kHz`(rate: Int) throws {
    let count = rate * 2 + 7
    try withTemporaryFolder { folder in
      SoundFormat.wavFloat.write(sine(rate: rate, count: count), to: folder + "/sine.wav", sampleRate: rate)
      let recording = try Recording(of: .file(path: folder + "/sine.wav"))
      #expect(recording.samples.count == Int((Double(count) * 16_000 / Double(rate)).rounded(.up)))
      #expect(recording.source.sampleRate == rate && recording.source.frameCount == count)

      // Away from the ends, where the sine starts and stops, which no band-limited signal does.
      let expected = sine(rate: 16_000, count: recording.samples.count)
      let middle = 3_000..<recording.samples.count - 3_000
      let error = middle.reduce(0.0) { $0 + pow(Double(recording.samples[$1] - expected[$1]), 2) }
      let power = middle.reduce(0.0) { $0 + pow(Double(expected[$1]), 2) }
      let decibels = 10 * log10(error / power)
      print("\(rate) Hz to 16 kHz: error \(decibels) dB")
      #expect(decibels < -100)
    }
  }

  @Test func `What is above 8 kHz goes`() throws {
    let tone = (0..<96_000).map { Float(0.5 * sin(2 * Double.pi * 9_000 * Double($0) / 48_000)) }
    try withTemporaryFolder { folder in
      SoundFormat.wavFloat.write(tone, to: folder + "/tone.wav", sampleRate: 48_000)
      let samples = try Recording(of: .file(path: folder + "/tone.wav")).samples
      let loudest = samples.dropFirst(2_000).dropLast(2_000).map(abs).max() ?? 1
      #expect(loudest < 1e-5)
    }
  }

  @Test(arguments: [1, 2, 3, 100, 441, 442, 4_411])
  func `The length is rounded up, and the last sample is a value`(count: Int) throws {
    try withTemporaryFolder { folder in
      let level = [Float](repeating: 0.5, count: count)
      SoundFormat.wavFloat.write(level, to: folder + "/level.wav", sampleRate: 44_100)
      let samples = try Recording(of: .file(path: folder + "/level.wav")).samples
      #expect(samples.count == (count * 160 + 440) / 441)
      #expect(samples.allSatisfy { $0 > 0.05 }, "\(samples.suffix(3))")
    }
  }

  @Test func `Where resampling is off, another rate is a fault`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/sine.wav"
      SoundFormat.wav16.write(sine(rate: 44_100, count: 1_000), to: path, sampleRate: 44_100)
      #expect(throws: AudioFault.otherRate(name: path, rate: 44_100)) {
        try Recording(of: .file(path: path), RecordingOptions(resamples: false))
      }
      SoundFormat.wav16.write(sine(rate: 16_000, count: 1_000), to: path)
      let recording = try Recording(of: .file(path: path), RecordingOptions(resamples: false))
      #expect(recording.samples.count == 1_000)
    }
  }

  @Test(arguments: [1, 999, 10_000_001, Int(Int32.max)])
  func `An absurd rate is a fault`(rate: Int) {
    withTemporaryFolder { folder in
      let path = folder + "/sine.wav"
      SoundFormat.wav16.write(sine(rate: 16_000, count: 1_000), to: path, sampleRate: rate)
      #expect(throws: AudioFault.unusableRate(name: path, rate: rate)) { try Recording(of: .file(path: path)) }
    }
  }
}
