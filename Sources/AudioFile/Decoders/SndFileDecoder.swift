import CSndFile

/// Samples without compression, or with as little of it as G.711, ADPCM and GSM have, and Apple Lossless: libsndfile.
final class SndFileDecoder: SoundDecoder {
  let formatName: String
  let promise: LengthPromise
  private(set) var interruption: String?
  let remarks: [AudioRemark]

  private let handle: OpaquePointer
  private let info: SF_INFO
  private let file: VirtualFile
  private var block: [Float]

  /// The most floats that are read at once.
  private static let blockSize = 1 << 16

  init(_ container: SoundContainer, of sound: SoundBytes) throws(AudioFault) {
    file = VirtualFile(sound, container.parts)
    var info = SF_INFO()
    let handle = SndFileDecoder.open(file, &info)
    if let fault = file.fault {
      if let handle { sf_close(handle) }
      throw fault
    }
    guard let handle else {
      let reason = String(cString: sf_strerror(nil))
      if container.codec != nil {
        let details = container.isKnownCodec ? " (libsndfile says: \(reason))" : ""
        throw .foreignFormat(name: sound.name, format: container.description + details, remedy: container.remedy)
      }
      // libsndfile's own words for that are others.
      let problem = info.samplerate == 0 ? "libsndfile says: \(reason)" : "its sampling rate is \(info.samplerate) Hz"
      throw .damaged(name: sound.name, format: container.name, problem: problem)
    }
    let formats = [
      SF_FORMAT_WAV, SF_FORMAT_WAVEX, SF_FORMAT_RF64, SF_FORMAT_W64, SF_FORMAT_AIFF, SF_FORMAT_AU, SF_FORMAT_CAF,
      SF_FORMAT_NIST,
    ]
    guard formats.contains(Int(info.format) & SF_FORMAT_TYPEMASK), info.channels > 0 else {
      sf_close(handle)
      throw .damaged(name: sound.name, format: container.name, problem: "its header contradicts its first bytes")
    }
    self.handle = handle
    self.info = info
    formatName = SndFileDecoder.name(info.format)
    promise = SndFileDecoder.promise(container, info)
    remarks = container.followingCount > 0 ? [.anotherSound(byteCount: container.followingCount)] : []
    let framesAtOnce = max(1, SndFileDecoder.blockSize / Int(info.channels))
    block = [Float](repeating: 0, count: framesAtOnce * Int(info.channels))
  }

  deinit { sf_close(handle) }

  var sampleRate: Int { Int(info.samplerate) }
  var channelCount: Int { Int(info.channels) }

  func nextBlock() throws(AudioFault) -> ArraySlice<Float>? {
    guard interruption == nil else { return nil }
    let count = sf_readf_float(handle, &block, sf_count_t(block.count / channelCount))
    if let fault = file.fault { throw fault }
    // What came before the failure is given all the same, and each call forgets that of the one before.
    if sf_error(handle) != Int32(SF_ERR_NO_ERROR) { interruption = String(cString: sf_strerror(handle)) }
    return count > 0 ? block[..<(Int(count) * channelCount)] : nil
  }

  private static func open(_ file: VirtualFile, _ info: inout SF_INFO) -> OpaquePointer? {
    var access = SF_VIRTUAL_IO(
      get_filelen: { sf_count_t(VirtualFile.from($0).count) },
      seek: { sf_count_t(VirtualFile.from($2).seek(by: Int($0), from: $1)) },
      read: { sf_count_t(VirtualFile.from($2).read(into: $0, count: Int($1))) },
      write: { _, _, _ in 0 },
      tell: { sf_count_t(VirtualFile.from($0).position) })
    return sf_open_virtual(&access, Int32(SFM_READ), &info, file.context)
  }

  /// libsndfile was told of the bytes that are there; the header may have stated more of them, or fewer.
  private static func promise(_ container: SoundContainer, _ info: SF_INFO) -> LengthPromise {
    guard case .bytes(let stated) = container.stated else { return .unknown }
    let there = container.sound.count
    if stated == there { return .frames(Int(info.frames)) }
    if let size = sampleSize(info.format) { return .frames(stated / (size * Int(info.channels))) }
    let frames =
      there > 0 && info.frames > 0
      ? Double(info.frames) * Double(stated) / Double(there)
      : Double(stated) / max(1, container.byteRate) * Double(info.samplerate)
    return .frames(Int(min(frames, 0x1p60).rounded(.down)))
  }

  /// Bytes of a sample, where all have as many.
  private static func sampleSize(_ format: Int32) -> Int? {
    switch Int(format) & SF_FORMAT_SUBMASK {
    case SF_FORMAT_PCM_S8, SF_FORMAT_PCM_U8, SF_FORMAT_ULAW, SF_FORMAT_ALAW: 1
    case SF_FORMAT_PCM_16: 2
    case SF_FORMAT_PCM_24: 3
    case SF_FORMAT_PCM_32, SF_FORMAT_FLOAT: 4
    case SF_FORMAT_DOUBLE: 8
    default: nil
    }
  }

  private static func name(_ format: Int32) -> String {
    [Int(format) & SF_FORMAT_TYPEMASK, Int(format) & SF_FORMAT_SUBMASK].compactMap { format -> String? in
      var description = SF_FORMAT_INFO()
      description.format = Int32(format)
      let size = Int32(MemoryLayout<SF_FORMAT_INFO>.size)
      guard sf_command(nil, Int32(SFC_GET_FORMAT_INFO), &description, size) == 0 else { return nil }
      return description.name.map { String(cString: $0) }
    }.joined(separator: ", ")
  }
}
