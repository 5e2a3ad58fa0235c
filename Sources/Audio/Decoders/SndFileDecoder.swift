import LHCSndFile
import LHSystem

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
  private var hasEnded = false
  /// What is missing by bytes, where the header does not tell by frames.
  private let missing: String?

  /// The most floats that are read at once.
  private static let blockSize = 1 << 16

  init(_ container: SoundContainer, of sound: SoundBytes) throws(AudioFault) {
    file = VirtualFile(sound, container.parts)
    var info = SF_INFO()
    let (handle, reason) = SndFileDecoder.open(file, &info)
    if let fault = file.fault {
      if let handle { sf_close(handle) }
      throw fault
    }
    guard let handle else {
      if container.codec != nil {
        let details = container.isKnownCodec ? " of a kind that libsndfile does not know (\(reason))" : ""
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
    missing = promise == .none ? container.missing : nil
    remarks = container.followingCount > 0 ? [.anotherSound(byteCount: container.followingCount)] : []
    let framesAtOnce = max(1, SndFileDecoder.blockSize / Int(info.channels))
    block = [Float](repeating: 0, count: framesAtOnce * Int(info.channels))
  }

  deinit { sf_close(handle) }

  var sampleRate: Int { Int(info.samplerate) }
  var channelCount: Int { Int(info.channels) }

  func nextBlock() throws(AudioFault) -> ArraySlice<Float>? {
    guard !hasEnded else { return nil }
    let count = sf_readf_float(handle, &block, sf_count_t(block.count / channelCount))
    if let fault = file.fault { throw fault }
    // What came before the failure is given all the same, and each call forgets that of the one before.
    if sf_error(handle) != Int32(SF_ERR_NO_ERROR) {
      interruption = String(cString: sf_strerror(handle))
      hasEnded = true
    } else if count <= 0 {
      interruption = missing
      hasEnded = true
    }
    return count > 0 ? block[..<(Int(count) * channelCount)] : nil
  }

  /// What libsndfile says of a file that it does not open is one text for the whole process.
  private static let opening = Locked(())

  /// Opens a file; nil, and why, when libsndfile cannot.
  private static func open(_ file: VirtualFile, _ info: inout SF_INFO) -> (handle: OpaquePointer?, reason: String) {
    var access = SF_VIRTUAL_IO(
      get_filelen: { sf_count_t(VirtualFile.from($0).count) },
      seek: { sf_count_t(VirtualFile.from($2).seek(by: Int($0), from: $1)) },
      read: { sf_count_t(VirtualFile.from($2).read(into: $0, count: Int($1))) },
      write: { _, _, _ in 0 },
      tell: { sf_count_t(VirtualFile.from($0).position) })
    var opened = SF_INFO()
    let result = opening.withLock { _ in
      let handle = sf_open_virtual(&access, Int32(SFM_READ), &opened, file.context)
      return (handle.map { UInt(bitPattern: $0) }, handle == nil ? String(cString: sf_strerror(nil)) : "")
    }
    info = opened
    return (result.0.flatMap { OpaquePointer(bitPattern: $0) }, result.1)
  }

  /// libsndfile was told of the bytes that are there; the header may have stated more of them, or fewer.
  private static func promise(_ container: SoundContainer, _ info: SF_INFO) -> LengthPromise {
    guard case .bytes(let stated) = container.stated else { return .unknown }
    let there = container.sound.count
    if stated == there { return .frames(Int(info.frames)) }
    if let size = sampleSize(info.format) { return .frames(stated / (size * Int(info.channels))) }
    // Blocks have as many frames each, but how many bytes they have only the codec knows.
    guard stated < there else { return .none }
    return .frames(Int(Double(info.frames) * Double(stated) / Double(there)))
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
