import Glibc
import LHAudio
import LHSystem
import LHTestSupport
import Testing

@Suite struct BadAudioTests {
  @Test(arguments: [Float.nan, .infinity, -.infinity], [16_000, 44_100])
  func `A sample that is no number is a fault that tells the place`(value: Float, rate: Int) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/bad.wav"
      var frames = [Float](repeating: 0.25, count: 4 * rate)
      frames[3 * rate + 1] = value  // frame 1.5 s, right channel
      SoundFormat.wavFloat.write(frames, to: path, sampleRate: rate, channels: 2)
      let fault = #expect(throws: AudioFault.self) { try Recording(of: .file(path: path)) }
      guard case .notFinite(path, let found, 1.5) = fault else {
        Issue.record("\(String(describing: fault))")
        return
      }
      #expect(found.isNaN == value.isNaN && (found.isNaN || found == Double(value)))
      #expect(fault?.kind == .badData)
      let left = try Recording(of: .file(path: path), RecordingOptions(channel: 1))
      #expect(left.samples.count == 32_000)
    }
  }

  @Test func `What is no sound file is a fault of its own kind`() {
    withTemporaryFolder { folder in
      func fault(_ path: String) -> AudioFault? {
        #expect(throws: AudioFault.self) { try Recording(of: .file(path: path)) }
      }
      let missing = folder + "/missing.wav"
      #expect(fault(missing) == .cannotRead(name: missing, reason: SystemError(code: ENOENT)))
      #expect(fault(missing)?.kind == .missingInput)
      #expect(fault(folder) == .folder(name: folder))
      #expect(fault("/dev/zero") == .device(name: "/dev/zero"))

      let path = folder + "/file"
      writeBytes([], to: path)
      #expect(fault(path) == .empty(name: path))
      let speech = readBytes(Fixture.path("golden/audio/speech-b.wav"))
      let contents: [([UInt8], String)] = [
        (Array("This is a letter and not a sound.".utf8), "begins like text"), ([0], "zeros"),
        ([UInt8](repeating: 0, count: 5_000), "zeros"), (Array(speech[44...]), "expected a sound file in WAV"),
        (Array(speech[..<20]), "is WAV, but cannot be read: its chunk 'fmt ' of 16 bytes is not whole"),
        (readBytes(Fixture.path("golden/arch-min.json")), "is JSON"),
        (readBytes(Fixture.path("golden/arch-min.json")), "server's message"),
      ]
      for (bytes, words) in contents {
        writeBytes(bytes, to: path)
        let found = fault(path)
        #expect(found?.description.contains(words) == true, "\(String(describing: found))")
        #expect(found?.description.contains("\n") == false && found?.kind == .badData)
      }
      withPipe(of: []) { #expect(fault($0) == .empty(name: $0)) }
      withPipe(of: [UInt8](repeating: 0x79, count: 100_000), endless: true) { path in
        guard case .unknownFormat(path, _) = fault(path) else {
          Issue.record("an endless pipe of letters is another fault")
          return
        }
      }
    }
  }

  @Test func `A FLAC file that is cut off or damaged is a fault`() {
    let whole = readBytes(Fixture.path("golden/audio/librispeech-6313-76958-0021.flac"))
    var damaged = whole
    for index in 100_000..<100_100 { damaged[index] ^= 0x5a }
    withTemporaryFolder { folder in
      for bytes in [Array(whole[..<20_000]), Array(whole[..<(whole.count - 1)]), damaged] {
        let path = folder + "/bad.flac"
        writeBytes(bytes, to: path)
        let fault = #expect(throws: AudioFault.self) { try Recording(of: .file(path: path)) }
        guard case .cutShort(path, let count, 190_800, 16_000, _) = fault else {
          Issue.record("\(String(describing: fault))")
          continue
        }
        #expect(count < 190_800)
      }
    }
  }

  @Test(arguments: [0, 1, 0x7fff_ffff, 0xffff_fff0, 0xffff_ffff] as [UInt32])
  func `A WAV file with a wrong size gives what is there`(size: UInt32) throws {
    var bytes = readBytes(Fixture.path("golden/audio/speech-b.wav"))
    for index in 0..<4 { bytes[40 + index] = UInt8(truncatingIfNeeded: size >> (8 * index)) }
    try withTemporaryFolder { folder in
      let path = folder + "/stream.wav"
      writeBytes(bytes, to: path)
      let recording = try Recording(of: .file(path: path))
      #expect(recording.samples.count <= 45_683)
      if size > 100_000 {
        #expect(recording.samples.count == 45_683)
        #expect(recording.remarks == [.unstatedLength(seconds: 45_683 / 16_000)])
      }
      let piped = try withPipe(of: bytes) { try Recording(of: .file(path: $0)) }
      #expect(piped.samples == recording.samples)
    }
  }

  @Test func `A header that promises 2^60 bytes does not make them be allocated`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/huge.w64"
      SoundFormat("W64", 0x0b_0000, 2).write(sine(rate: 16_000, count: 5_000), to: path)
      var bytes = readBytes(path)
      let chunk = try #require((0..<bytes.count - 4).first { Array(bytes[$0..<$0 + 4]) == Array("data".utf8) })
      bytes[chunk + 23] = 0x10
      writeBytes(bytes, to: path)
      // Either is right: a fault, or the frames that are there.
      do throws(AudioFault) {
        let recording = try Recording(of: .file(path: path))
        #expect(recording.samples.count == 5_000)
      } catch {
        #expect(error.kind == .badData)
      }
    }
  }

  @Test func `An Ogg file without its last page is read, and said to lack its end`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/recorded.ogg"
      SoundFormat.ogg.write(sine(rate: 16_000, count: 600_000), to: path)
      let bytes = readBytes(path)
      let pages = bytes.indices.dropLast(3).filter { bytes[$0..<$0 + 4].elementsEqual("OggS".utf8) }
      try #require(pages.count > 5)
      #expect(try Recording(of: .file(path: path)).remarks.isEmpty)
      for page in pages[3...] {
        let cut = Array(bytes[..<page])
        writeBytes(cut, to: path)
        let recording = try Recording(of: .file(path: path))
        let seconds = Double(recording.samples.count) / 16_000
        #expect(recording.remarks == [.lacksEnd(seconds: seconds)] && seconds < 37.5)
        #expect(try withPipe(of: cut) { try Recording(of: .file(path: $0)) }.samples == recording.samples)
      }
    }
  }

  @Test func `Any truncation ends in a fault or in fewer samples`() {
    withTemporaryFolder { folder in
      let path = folder + "/cut"
      for format in [SoundFormat.wav16, .flac, .ogg, .mp3] {
        format.write(sine(rate: 16_000, count: 4_000), to: path)
        let whole = readBytes(path)
        for size in stride(from: 0, to: whole.count, by: max(1, whole.count / 60)) {
          writeBytes(Array(whole[..<size]), to: path)
          do throws(AudioFault) {
            let recording = try Recording(of: .file(path: path))
            #expect(recording.samples.count <= 6_000)
          } catch {
            #expect(error.kind == .badData && !error.description.contains("\n"))
          }
        }
      }
    }
  }
}
