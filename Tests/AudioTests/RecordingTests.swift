import LHAudio
import LHCSndFile
import LHTestSupport
import Testing

@Suite struct RecordingTests {
  @Test func `Samples of 16 bits are read exactly`() throws {
    let path = Fixture.path("golden/audio/speech-b.wav")
    let bytes = readBytes(path)[44...]
    let expected = stride(from: bytes.startIndex, to: bytes.endIndex, by: 2).map { index in
      Float(Int16(bitPattern: UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8)) / 32768
    }
    let recording = try Recording(of: .file(path: path))
    #expect(recording.samples == expected)
    let source = recording.source
    #expect(source.sampleRate == 16_000 && source.channelCount == 1 && source.frameCount == 45_683)
    #expect(source.formatName == "WAV (Microsoft), Signed 16 bit PCM")
    #expect(recording.remarks.isEmpty)
  }

  static let formats: [(SoundFormat, Float)] = [
    (SoundFormat("WAV, 8 bits", SF_FORMAT_WAV, SF_FORMAT_PCM_U8), 1 / 128),
    (.wav16, 1 / 32768),
    (SoundFormat("WAV, 24 bits", SF_FORMAT_WAV, SF_FORMAT_PCM_24), 0x1p-23),
    (SoundFormat("WAV, 32 bits", SF_FORMAT_WAV, SF_FORMAT_PCM_32), 0x1p-23),
    (.wavFloat, 0),
    (SoundFormat("WAV, double", SF_FORMAT_WAV, SF_FORMAT_DOUBLE), 0),
    (SoundFormat("RF64, float", SF_FORMAT_RF64, SF_FORMAT_FLOAT), 0),
    (SoundFormat("W64, float", SF_FORMAT_W64, SF_FORMAT_FLOAT), 0),
    (.flac, 1 / 32768),
    (SoundFormat("FLAC, 24 bits", SF_FORMAT_FLAC, SF_FORMAT_PCM_24), 0x1p-23),
    (SoundFormat("AIFF, 16 bits", SF_FORMAT_AIFF, SF_FORMAT_PCM_16), 1 / 32768),
    (SoundFormat("AU, 16 bits", SF_FORMAT_AU, SF_FORMAT_PCM_16), 1 / 32768),
    (SoundFormat("CAF, ALAC", SF_FORMAT_CAF, SF_FORMAT_ALAC_16), 1 / 32768),
    (.ogg, 0.05),
    (SoundFormat("Ogg Opus", SF_FORMAT_OGG, SF_FORMAT_OPUS), 0.2),
  ]

  @Test(arguments: formats)
  func `Every format gives the same sound, from a file and from a pipe`(format: SoundFormat, tolerance: Float) throws {
    let sound = sine(rate: 16_000, count: 20_000)
    try withTemporaryFolder { folder in
      let path = folder + "/sound"
      format.write(sound, to: path)
      let recording = try Recording(of: .file(path: path))
      #expect(recording.samples.count == sound.count)
      let error = zip(recording.samples, sound).map { abs($0 - $1) }.max() ?? .infinity
      #expect(error <= tolerance, "\(format.testDescription): largest difference \(error)")

      let piped = try withPipe(of: readBytes(path)) { try Recording(of: .file(path: $0)) }
      #expect(piped.samples == recording.samples)
      #expect(piped.source == recording.source && piped.remarks == recording.remarks)
    }
  }

  @Test func `MP3 gives the sound with the delay of its encoder`() throws {
    let sound = sine(rate: 16_000, count: 20_000)
    try withTemporaryFolder { folder in
      SoundFormat.mp3.write(sound, to: folder + "/sound.mp3")
      let recording = try Recording(of: .file(path: folder + "/sound.mp3"))
      let middle = recording.samples.dropFirst(5_000).prefix(10_000)
      let power = middle.reduce(0) { $0 + $1 * $1 } / Float(middle.count)
      #expect(recording.source.formatName.contains("MPEG"))
      #expect(abs(power - 0.125) < 0.005)
      #expect((20_000..<24_000).contains(recording.samples.count))
      let piped = try withPipe(of: readBytes(folder + "/sound.mp3")) { try Recording(of: .file(path: $0)) }
      #expect(piped.samples == recording.samples)
    }
  }

  @Test func `Channels are averaged, or one is taken`() throws {
    let left = sine(rate: 16_000, count: 30_000)
    let right = left.map { $0 / 4 }
    let centre = [Float](repeating: 0.125, count: left.count)
    let frames = left.indices.flatMap { [left[$0], right[$0], centre[$0]] }
    try withTemporaryFolder { folder in
      let input = AudioInput.file(path: folder + "/three.wav")
      SoundFormat.wavFloat.write(frames, to: folder + "/three.wav", channels: 3)
      let mean = left.indices.map {
        Float((Double(left[$0]) + Double(right[$0]) + Double(centre[$0])) / 3)
      }
      let recording = try Recording(of: input)
      #expect(recording.samples == mean)
      #expect(recording.source.channelCount == 3)
      for (channel, expected) in [left, right, centre].enumerated() {
        let one = try Recording(of: input, RecordingOptions(channel: channel + 1))
        #expect(one.samples == expected)
      }
      for channel in [0, 4, -1, .max] {
        #expect(throws: AudioFault.noSuchChannel(name: folder + "/three.wav", channel: channel, channelCount: 3)) {
          try Recording(of: input, RecordingOptions(channel: channel))
        }
      }
    }
  }

  @Test func `A file without frames gives no samples`() throws {
    try withTemporaryFolder { folder in
      SoundFormat.wav16.write([], to: folder + "/nothing.wav")
      SoundFormat.wav16.write([], to: folder + "/other.wav", sampleRate: 44_100)
      for name in ["/nothing.wav", "/other.wav"] {
        let recording = try Recording(of: .file(path: folder + name))
        #expect(recording.samples.isEmpty)
      }
    }
  }
}
