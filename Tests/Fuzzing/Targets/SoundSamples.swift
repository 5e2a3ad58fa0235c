import LHCSndFile
import LHTestSupport

/// Short sound files of the formats that are read, from which mutation begins.
enum SoundSamples {
  static let all: [[UInt8]] = formats.compactMap(file)

  private static let formats = [
    SF_FORMAT_WAV | SF_FORMAT_PCM_16, SF_FORMAT_WAV | SF_FORMAT_FLOAT, SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM,
    SF_FORMAT_WAV | SF_FORMAT_MS_ADPCM, SF_FORMAT_WAV | SF_FORMAT_GSM610, SF_FORMAT_WAV | SF_FORMAT_G721_32,
    SF_FORMAT_WAV | SF_FORMAT_NMS_ADPCM_24, SF_FORMAT_WAVEX | SF_FORMAT_PCM_24, SF_FORMAT_RF64 | SF_FORMAT_PCM_16,
    SF_FORMAT_W64 | SF_FORMAT_PCM_32, SF_FORMAT_AIFF | SF_FORMAT_PCM_16, SF_FORMAT_AIFF | SF_FORMAT_DWVW_16,
    SF_FORMAT_AIFF | SF_FORMAT_GSM610, SF_FORMAT_AU | SF_FORMAT_G723_40, SF_FORMAT_AU | SF_FORMAT_DOUBLE,
    SF_FORMAT_CAF | SF_FORMAT_PCM_16, SF_FORMAT_CAF | SF_FORMAT_ALAC_16, SF_FORMAT_CAF | SF_FORMAT_ALAC_24,
    SF_FORMAT_NIST | SF_FORMAT_ULAW, SF_FORMAT_FLAC | SF_FORMAT_PCM_16, SF_FORMAT_FLAC | SF_FORMAT_PCM_24,
    SF_FORMAT_OGG | SF_FORMAT_VORBIS, SF_FORMAT_OGG | SF_FORMAT_OPUS, SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III,
  ]

  /// A hundredth of a second with something of each frequency; nil when libsndfile was built without an encoder.
  private static func file(_ format: Int) -> [UInt8]? {
    let output = ScratchFile()
    defer { output.remove() }
    var info = SF_INFO()
    info.samplerate = 16_000
    info.channels = 1
    info.format = Int32(format)
    guard let file = sf_open(output.path, Int32(SFM_WRITE), &info) else { return nil }
    let samples = (0..<640).map { Float($0 * $0 % 61) / 61 - 0.5 }
    let count = sf_write_float(file, samples, sf_count_t(samples.count))
    expect(sf_close(file) == 0 && count == samples.count, "a sound file of format \(format) can be written")
    return readBytes(output.path)
  }
}
