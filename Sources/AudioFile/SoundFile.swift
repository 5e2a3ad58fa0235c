import CSndFile
import Files
import Glibc

/// An open sound file, read in blocks of frames from its beginning to its end.
final class SoundFile {
  private let name: String
  private let handle: OpaquePointer
  private let info: SF_INFO
  private let file: FileReader?
  private let memory: MemoryReader?
  private var block: [Float]

  /// The most floats that are read at once.
  private static let blockSize = 1 << 16

  init(_ input: AudioInput) throws(AudioFault) {
    name = input.name
    let descriptor: Int32
    switch input {
    case .standardInput: descriptor = STDIN_FILENO
    case .file(let path):
      descriptor = retryingInterrupted { open(path, O_RDONLY | O_CLOEXEC) }
      guard descriptor >= 0 else { throw .cannotRead(name: path, reason: .last) }
    }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var info = SF_INFO()
    let handle: OpaquePointer?
    if let size = try SoundFile.wholeFileSize(descriptor, name: input.name) {
      let file = try FileReader(descriptor, byteCount: size, name: input.name)
      handle = file.open(&info)
      self.file = file
      memory = nil
    } else {
      let memory = try MemoryReader(readingAll: descriptor, name: input.name)
      handle = memory.open(&info)
      self.memory = memory
      file = nil
    }
    if let failure = file?.failure {
      if let handle { sf_close(handle) }
      throw .cannotRead(name: input.name, reason: failure)
    }
    guard let handle else { throw .unknownFormat(name: input.name, reason: String(cString: sf_strerror(nil))) }
    self.handle = handle
    self.info = info
    let framesAtOnce = max(1, SoundFile.blockSize / max(1, Int(info.channels)))
    block = [Float](repeating: 0, count: framesAtOnce * max(1, Int(info.channels)))
  }

  deinit { sf_close(handle) }

  var sampleRate: Int { Int(info.samplerate) }
  var channelCount: Int { Int(info.channels) }

  /// The next frames, interleaved, scaled to [-1, 1] where they are integers; nil at the end.
  func nextBlock() -> ArraySlice<Float>? {
    let count = sf_readf_float(handle, &block, sf_count_t(block.count / channelCount))
    return count > 0 ? block[..<(Int(count) * channelCount)] : nil
  }

  /// Throws when reading or decoding failed, or ended before the promised length.
  func checkEnd(frameCount: Int) throws(AudioFault) {
    if let failure = file?.failure { throw .cannotRead(name: name, reason: failure) }
    let failed = sf_error(handle) != Int32(SF_ERR_NO_ERROR)
    // The length of an MPEG stream is only estimated.
    let promised = info.frames == .max || majorFormat == SF_FORMAT_MPEG ? nil : Int(info.frames)
    guard failed || frameCount < promised ?? 0 else { return }
    throw .cutShort(
      name: name, frameCount: frameCount, promised: promised, sampleRate: sampleRate,
      reason: failed ? String(cString: sf_strerror(handle)) : "")
  }

  var formatName: String {
    let names = [majorFormat, Int(info.format) & Int(SF_FORMAT_SUBMASK)].compactMap { format -> String? in
      var description = SF_FORMAT_INFO()
      description.format = Int32(format)
      let size = Int32(MemoryLayout<SF_FORMAT_INFO>.size)
      guard sf_command(nil, Int32(SFC_GET_FORMAT_INFO), &description, size) == 0 else { return nil }
      return description.name.map { String(cString: $0) }
    }
    return names.joined(separator: ", ")
  }

  /// Whether the length that the header states is the length that the file has.
  ///
  /// libsndfile puts a wrong size in a WAV or AIFF header right without an error, and says so only in its log: a line
  /// such as "data : 4294967295 (should be 91366)".
  var isLengthCertain: Bool {
    if info.frames == .max { return false }
    var log = [CChar](repeating: 0, count: 1 << 14)
    sf_command(handle, Int32(SFC_GET_LOG_INFO), &log, Int32(log.count - 1))
    let text = String(decoding: log.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return !text.split(separator: "\n").contains { line in
      let chunk = line.drop { $0 == " " }
      return (chunk.hasPrefix("data") || chunk.hasPrefix("SSND")) && chunk.contains("(should be")
    }
  }

  private var majorFormat: Int { Int(info.format) & Int(SF_FORMAT_TYPEMASK) }

  /// The size of a regular file that is at its start, in which libsndfile can seek; nil for a pipe or the rest of a file.
  private static func wholeFileSize(_ descriptor: Int32, name: String) throws(AudioFault) -> Int? {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .cannotRead(name: name, reason: .last) }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: throw .folder(name: name)
    case S_IFREG:
      guard status.st_size > 0 else { throw .empty(name: name) }
      return lseek(descriptor, 0, SEEK_CUR) == 0 ? Int(status.st_size) : nil
    case S_IFIFO, S_IFSOCK: return nil
    default: throw .device(name: name)
    }
  }
}
