import LHTestSupport
import Testing

/// A subnet of a golden checkpoint, cut by lhb-extract.
struct TinySubnet {
  /// The .lhb file.
  let path: String

  /// Cuts it into a file in `folder`.
  init(of checkpoint: String = "tiny", _ architecture: String, in folder: String) throws {
    path = "\(folder)/\(checkpoint)-\(architecture).lhb"
    let result = runProgram(
      "lhb-extract",
      [
        "--quiet", "--arch", Fixture.path("golden/arch-\(architecture).json"),
        Fixture.path("golden/\(checkpoint).pt"), path,
      ])
    try #require(result.status == 0, "\(result.errors)")
  }
}

/// The bytes of a WAV file of 16-bit samples, or of float samples.
func wavFile(_ samples: [Float], rate: Int = 16_000, channels: Int = 1, isFloat: Bool = false) -> [UInt8] {
  func bytes(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }
  let size = isFloat ? 4 : 2
  let data = samples.flatMap { isFloat ? bytes($0.bitPattern) : bytes(Int16($0 * 32767)) }
  let format =
    bytes(UInt16(isFloat ? 3 : 1)) + bytes(UInt16(channels)) + bytes(UInt32(rate))
    + bytes(UInt32(rate * channels * size)) + bytes(UInt16(channels * size)) + bytes(UInt16(8 * size))
  return Array("RIFF".utf8) + bytes(UInt32(36 + data.count)) + Array("WAVEfmt ".utf8) + bytes(UInt32(16)) + format
    + Array("data".utf8) + bytes(UInt32(data.count)) + data
}
