import LHCFLAC

/// One FLAC stream, by itself or in Ogg: libFLAC.
///
/// libFLAC is told that the header does not state the length. It would stop there, and not read what a program appended
/// that left the header as it was; how much there is is compared afterwards, as for every format.
final class FLACStream {
  private(set) var sampleRate = 0
  private(set) var channelCount = 0
  /// Frames that the header states; nil when it states none.
  private(set) var promisedCount: Int?
  private(set) var frameCount = 0
  /// Why decoding ended before the end.
  private(set) var interruption: String?
  /// Sample number of the first frame; not 0 when another program cut the beginning off.
  private(set) var firstNumber: Int?
  /// Bytes up to the end of the last frame.
  private(set) var end = 0
  /// Whether what lies behind the last frame is no frame.
  private(set) var hasRest = false

  private let input: any ByteReader
  private let decoder: UnsafeMutablePointer<FLAC__StreamDecoder>
  private var block: [Float] = []
  private var failure: FLAC__StreamDecoderErrorStatus?
  private var hasGap = false
  /// The number of a frame without those in front of it that were read.
  private var origin = 0

  /// Bytes from "fLaC" on whose total count of samples, in bits 172 to 207, is hidden from libFLAC.
  static let headSize = 42

  /// Counts that say that nobody knew.
  private static let placeholders = [0, 0xffff_ffff, 0xf_ffff_ffff]

  /// The header that libFLAC is given, and the count of samples that it had; nil when the bytes begin no FLAC stream.
  static func hidingLength(_ head: [UInt8]) -> (head: [UInt8], count: Int)? {
    guard head.count == headSize, head.starts(with: "fLaC".utf8), head[4] & 0x7f == 0 else { return nil }
    let count = head[22..<26].reduce(Int(head[21] & 15)) { $0 << 8 | Int($1) }
    var hidden = head
    hidden[21] &= 0xf0
    for index in 22..<26 { hidden[index] = 0 }
    return (hidden, count)
  }

  /// - Parameters:
  ///   - input: The bytes of the stream, whose length is hidden.
  ///   - promised: The count of samples that was hidden; 0 is none.
  init(_ input: any ByteReader, promised: Int, name: String) throws(AudioFault) {
    guard let decoder = FLAC__stream_decoder_new() else { throw .decoderUnavailable(name: name, library: "libFLAC") }
    self.input = input
    self.decoder = decoder
    promisedCount = FLACStream.placeholders.contains(promised) ? nil : promised
    let status = FLAC__stream_decoder_init_stream(
      decoder, { FLACStream.from($3).read($1, $2) }, nil, { FLACStream.from($2).tell($1) }, nil, nil,
      { FLACStream.from($3).take($1, $2) }, { FLACStream.from($2).take($1) }, { FLACStream.from($2).fail($1) },
      Unmanaged.passUnretained(self).toOpaque())
    let isOpen =
      status == FLAC__STREAM_DECODER_INIT_STATUS_OK && FLAC__stream_decoder_process_until_end_of_metadata(decoder) != 0
    guard isOpen, sampleRate > 0, channelCount > 0 else {
      throw .damaged(name: name, format: "FLAC", problem: "its header is not whole, or says nothing of its samples")
    }
    failure = nil
    noteEnd()
  }

  deinit { FLAC__stream_decoder_delete(decoder) }

  /// The next frames, interleaved; nil at the end.
  func nextBlock() -> ArraySlice<Float>? {
    guard interruption == nil else { return nil }
    block.removeAll(keepingCapacity: true)
    while block.isEmpty {
      let isRunning = FLAC__stream_decoder_process_single(decoder) != 0
      // A frame whose checksum is wrong comes as silence.
      if failure != nil || hasGap || !isRunning { return stop() }
      if FLAC__stream_decoder_get_state(decoder) == FLAC__STREAM_DECODER_END_OF_STREAM && block.isEmpty {
        return stop()
      }
    }
    noteEnd()
    frameCount += block.count / channelCount
    return block[...]
  }

  private func noteEnd() {
    var position: UInt64 = 0
    if FLAC__stream_decoder_get_decode_position(decoder, &position) != 0 { end = Int(position) }
  }

  /// Says why there is no further block.
  private func stop() -> ArraySlice<Float>? {
    // Bytes of a frame that is not whole, or of something else.
    hasRest = input.position > end || failure != nil
    if hasGap { interruption = "frames are missing" }
    return nil
  }

  /// What may be the cause where there is less than promised although nothing is damaged.
  var shortfallCause: String? {
    guard let firstNumber, firstNumber > 0 || !hasRest else { return nil }
    let place = firstNumber > 0 ? "its first frame is not the sound's first" : "it ends behind a whole frame"
    return "\(place), as where a program such as ffmpeg -c copy cuts and leaves the header as it was"
  }

  /// What the rest is when it is neither a tag nor another stream.
  func interrupt() {
    guard interruption == nil else { return }
    switch failure {
    case FLAC__STREAM_DECODER_ERROR_STATUS_FRAME_CRC_MISMATCH: interruption = "a frame does not have its checksum"
    case .some: interruption = "what follows is no frame"
    case nil: interruption = "the last frame is not whole"
    }
  }

  // MARK: What libFLAC calls

  private static func from(_ context: UnsafeMutableRawPointer?) -> FLACStream {
    Unmanaged<FLACStream>.fromOpaque(context!).takeUnretainedValue()
  }

  private func read(
    _ buffer: UnsafeMutablePointer<UInt8>?, _ count: UnsafeMutablePointer<Int>?
  ) -> FLAC__StreamDecoderReadStatus {
    guard let count else { return FLAC__STREAM_DECODER_READ_STATUS_ABORT }
    count.pointee = input.read(into: buffer, count: count.pointee)
    return count.pointee > 0
      ? FLAC__STREAM_DECODER_READ_STATUS_CONTINUE : FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM
  }

  private func tell(_ position: UnsafeMutablePointer<UInt64>?) -> FLAC__StreamDecoderTellStatus {
    position?.pointee = UInt64(input.position)
    return FLAC__STREAM_DECODER_TELL_STATUS_OK
  }

  private func take(
    _ frame: UnsafePointer<FLAC__Frame>?, _ channels: UnsafePointer<UnsafePointer<Int32>?>?
  ) -> FLAC__StreamDecoderWriteStatus {
    guard let header = frame?.pointee.header, let channels, failure == nil else {
      return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE
    }
    let number = Int(header.number.sample_number)
    if firstNumber == nil { (firstNumber, origin) = (number, number) }
    // Frames of another stream, which a program such as ffmpeg put behind those of the first.
    if number == 0, frameCount > 0 { origin = -frameCount }
    guard number == origin + frameCount, header.channels == channelCount, header.bits_per_sample > 0 else {
      hasGap = true
      return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE
    }
    let scale = Float(sign: .plus, exponent: 1 - Int(header.bits_per_sample), significand: 1)
    let count = Int(header.blocksize)
    block = [Float](unsafeUninitializedCapacity: count * channelCount) { block, filled in
      block.initialize(repeating: 0)
      for channel in 0..<channelCount {
        guard let samples = channels[channel] else { continue }
        for index in 0..<count { block[index * channelCount + channel] = Float(samples[index]) * scale }
      }
      filled = count * channelCount
    }
    return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE
  }

  private func take(_ metadata: UnsafePointer<FLAC__StreamMetadata>?) {
    guard let metadata, metadata.pointee.type == FLAC__METADATA_TYPE_STREAMINFO else { return }
    let info = metadata.pointee.data.stream_info
    sampleRate = Int(info.sample_rate)
    channelCount = Int(info.channels)
  }

  private func fail(_ status: FLAC__StreamDecoderErrorStatus) { failure = failure ?? status }
}
