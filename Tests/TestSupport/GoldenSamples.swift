/// The samples of a recording of the golden data, for example "speech-b": [samples], mono at 16 kHz, in [-1, 1].
public func goldenSamples(_ name: String) -> [Float] {
  let bytes = readBytes(Fixture.path("golden/audio/\(name).wav"))
  // 16-bit samples after a plain header.
  return stride(from: 44, to: bytes.count - 1, by: 2).map { index in
    Float(Int16(bitPattern: UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8)) / 32768
  }
}
