import Glibc
import LHAudio
import LHCSndFile
import LHSystem
import LHTestSupport
import Testing

/// Files with seeded damage: each ends in a fault or in a recording within the limits, and no memory is misused, which
/// the same tests show under the address sanitizer. MP3 is tested through a program, since libmpg123 writes to standard
/// error.
@Suite struct DamagedAudioTests {
  private static let limits = ReadingLimits(maxSeconds: 20, timeout: 5)

  static let formats = [
    SoundFormat("WAV, 8 bits", SF_FORMAT_WAV, SF_FORMAT_PCM_U8), .wav16, .wavFloat,
    SoundFormat("WAV, IMA ADPCM", SF_FORMAT_WAV, SF_FORMAT_IMA_ADPCM),
    SoundFormat("WAV, Microsoft ADPCM", SF_FORMAT_WAV, SF_FORMAT_MS_ADPCM),
    SoundFormat("WAV, GSM 6.10", SF_FORMAT_WAV, SF_FORMAT_GSM610),
    SoundFormat("WAV, G.721", SF_FORMAT_WAV, SF_FORMAT_G721_32),
    SoundFormat("WAV, NMS ADPCM", SF_FORMAT_WAV, SF_FORMAT_NMS_ADPCM_16),
    SoundFormat("WAVEX, 24 bits", SF_FORMAT_WAVEX, SF_FORMAT_PCM_24),
    SoundFormat("RF64, 16 bits", SF_FORMAT_RF64, SF_FORMAT_PCM_16),
    SoundFormat("W64, 16 bits", SF_FORMAT_W64, SF_FORMAT_PCM_16),
    SoundFormat("W64, IMA ADPCM", SF_FORMAT_W64, SF_FORMAT_IMA_ADPCM),
    SoundFormat("AIFF, 16 bits", SF_FORMAT_AIFF, SF_FORMAT_PCM_16),
    SoundFormat("AIFF, IMA ADPCM", SF_FORMAT_AIFF, SF_FORMAT_IMA_ADPCM),
    SoundFormat("AIFF, DWVW", SF_FORMAT_AIFF, SF_FORMAT_DWVW_16),
    SoundFormat("AU, 16 bits", SF_FORMAT_AU, SF_FORMAT_PCM_16),
    SoundFormat("AU, G.723", SF_FORMAT_AU, SF_FORMAT_G723_24),
    SoundFormat("CAF, 16 bits", SF_FORMAT_CAF, SF_FORMAT_PCM_16),
    SoundFormat("CAF, ALAC", SF_FORMAT_CAF, SF_FORMAT_ALAC_16),
    SoundFormat("NIST, 16 bits", SF_FORMAT_NIST, SF_FORMAT_PCM_16),
    SoundFormat("NIST, u-law", SF_FORMAT_NIST, SF_FORMAT_ULAW),
    .flac, .ogg, SoundFormat("Ogg Opus", SF_FORMAT_OGG, SF_FORMAT_OPUS),
  ]

  @Test(arguments: formats)
  func `Damage ends in a fault or in a recording`(format: SoundFormat) {
    var numbers = SeededNumbers(seed: UInt64(format.code))
    withTemporaryFolder { folder in
      let path = folder + "/sound"
      format.write(sine(rate: 16_000, count: 1_500), to: path)
      let whole = readBytes(path)
      for index in 0..<250 {
        let bytes = damaged(whole, round: index, using: &numbers)
        writeBytes(bytes, to: path)
        do throws(AudioFault) {
          let recording = try Recording(of: .file(path: path), RecordingOptions(limits: DamagedAudioTests.limits))
          #expect(recording.samples.count <= 20 * 16_000 + 1, "round \(index)")
          let allFinite = recording.samples.allSatisfy(\.isFinite)
          #expect(allFinite, "round \(index)")
        } catch {
          #expect(error.kind == .badData, "round \(index): \(error)")
        }
      }
    }
  }

  /// Flipped bits, a cut, or a number of 16, 32 or 64 bits set to an extreme; mostly near the beginning, where headers
  /// are.
  private func damaged(_ whole: [UInt8], round: Int, using numbers: inout SeededNumbers) -> [UInt8] {
    var bytes = whole
    for _ in 0..<Int.random(in: 1...3, using: &numbers) {
      let end = Bool.random(using: &numbers) ? min(128, bytes.count) : bytes.count
      guard end > 12 else { break }
      let place = Int.random(in: 4..<end, using: &numbers)
      switch round % 4 {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &numbers)
      case 1: bytes[place] = UInt8.random(in: 0...255, using: &numbers)
      case 2:
        let size = [2, 4, 8].randomElement(using: &numbers) ?? 4
        let extremes: [UInt64] = [0, 1, .max >> 1, 1 << 63, .max, .max - 7]
        let value = extremes.randomElement(using: &numbers) ?? 0
        let isBig = Bool.random(using: &numbers)
        for index in 0..<min(size, bytes.count - place) {
          let shift = 8 * (isBig ? 7 - index : 8 - size + index)
          bytes[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(shift))
        }
      default: bytes.removeLast(bytes.count - place)
      }
    }
    return bytes
  }

  @Test(arguments: [
    ("MAT4", SF_FORMAT_MAT4, SF_FORMAT_PCM_16), ("MAT5", SF_FORMAT_MAT5, SF_FORMAT_PCM_16),
    ("PAF", SF_FORMAT_PAF, SF_FORMAT_PCM_16), ("IFF", SF_FORMAT_SVX, SF_FORMAT_PCM_16),
    ("VOC", SF_FORMAT_VOC, SF_FORMAT_PCM_16), ("IRCAM", SF_FORMAT_IRCAM, SF_FORMAT_PCM_16),
    ("XI", SF_FORMAT_XI, SF_FORMAT_DPCM_16), ("AVR", SF_FORMAT_AVR, SF_FORMAT_PCM_16),
    ("PVF", SF_FORMAT_PVF, SF_FORMAT_PCM_16), ("SDS", SF_FORMAT_SDS, SF_FORMAT_PCM_16),
    ("MPC", SF_FORMAT_MPC2K, SF_FORMAT_PCM_16), ("WVE", SF_FORMAT_WVE, SF_FORMAT_ALAW),
  ])
  func `Formats in which no speech is kept are refused by name`(name: String, container: Int, encoding: Int) {
    withTemporaryFolder { folder in
      let path = folder + "/sound"
      let format = SoundFormat(name, container, encoding)
      format.write(sine(rate: 8_000, count: 1_000), to: path, sampleRate: container == SF_FORMAT_WVE ? 8_000 : 16_000)
      let bytes = readBytes(path)
      let tag = Array("ID3".utf8) + [3, 0, 0, 0, 0, 0, 20] + [UInt8](repeating: 0, count: 20)
      for contents in [bytes, tag + bytes] {
        writeBytes(contents, to: path)
        let fault = #expect(throws: AudioFault.self) { try Recording(of: .file(path: path)) }
        guard case .foreignFormat(path, let found, _) = fault else {
          Issue.record("\(String(describing: fault))")
          continue
        }
        #expect(found.contains(name) && fault?.kind == .badData)
        let piped = withPipe(of: contents) { path in
          #expect(throws: AudioFault.self) { try Recording(of: .file(path: path)) }
        }
        #expect(piped?.description.contains(found) == true)
      }
    }
  }

  @Test func `Tags in front of a sound are skipped, but not without end`() throws {
    let tag = Array("ID3".utf8) + [3, 0, 0, 0, 0, 0, 20] + [UInt8](repeating: 0, count: 20)
    let speech = readBytes(Fixture.path("golden/audio/librispeech-6313-76958-0021.flac"))
    try withTemporaryFolder { folder in
      let path = folder + "/tagged.flac"
      writeBytes(tag + tag + speech, to: path)
      let tagged = try Recording(of: .file(path: path))
      #expect(tagged.samples.count == 190_800)
      writeBytes((0..<100_000).flatMap { _ in tag } + speech, to: path)
      let fault = #expect(throws: AudioFault.self) { try Recording(of: .file(path: path)) }
      guard case .damaged = fault else {
        Issue.record("\(String(describing: fault))")
        return
      }
    }
  }

  @Test func `Of two sounds in one CAF file none is taken`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/two.caf"
      SoundFormat("CAF, 16 bits", SF_FORMAT_CAF, SF_FORMAT_PCM_16).write(sine(rate: 16_000, count: 4_000), to: path)
      let one = try Recording(of: .file(path: path))
      #expect(one.samples.count == 4_000)
      let second = Array("data".utf8) + [0, 0, 0, 0, 0, 0, 0, 104] + [UInt8](repeating: 0, count: 104)
      writeBytes(readBytes(path) + second, to: path)
      let problem = "it has two chunks 'data'"
      #expect(throws: AudioFault.damaged(name: path, format: "CAF", problem: problem)) {
        try Recording(of: .file(path: path))
      }
    }
  }

  @Test(arguments: [0, 1, 2, 1024, 1025, 65_535] as [UInt16])
  func `Any number of channels is read or refused`(count: UInt16) {
    withTemporaryFolder { folder in
      let path = folder + "/channels.wav"
      SoundFormat.wav16.write(sine(rate: 16_000, count: 8_192), to: path)
      var bytes = readBytes(path)
      let size = 2 &* count
      for (index, value) in [(22, count), (32, size)] {
        bytes[index] = UInt8(truncatingIfNeeded: value)
        bytes[index + 1] = UInt8(value >> 8)
      }
      writeBytes(bytes, to: path)
      do throws(AudioFault) {
        let recording = try Recording(of: .file(path: path))
        #expect((1...1024).contains(count))
        #expect(recording.samples.count == 8_192 / Int(count))
      } catch {
        #expect(!(1...1024).contains(count), "\(error)")
        #expect(error.kind == .badData)
      }
    }
  }
}
