import CSndFile
import Files
import Glibc

/// The bytes that came through a pipe, for libsndfile, which seeks in most formats.
final class MemoryReader {
  private var bytes: [UInt8] = []
  private var position = 0

  /// So many bytes must look like a sound file before more are read: something else may never end.
  private static let probeSize = 1 << 26

  /// Reads a descriptor to its end.
  init(readingAll descriptor: Int32, name: String) throws(AudioFault) {
    var isProbed = false
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &part, part.count)
      if count > 0 {
        bytes += part[..<count]
        if bytes.count >= MemoryReader.probeSize && !isProbed {
          try probe(name: name)
          isProbed = true
        }
      } else if count == 0 {
        break
      } else if errno == EAGAIN {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        poll(&waiting, 1, -1)
      } else if errno != EINTR {
        throw .cannotRead(name: name, reason: .last)
      }
    }
    guard !bytes.isEmpty else { throw .empty(name: name) }
  }

  /// Throws when the bytes that came so far are not the beginning of a sound file.
  private func probe(name: String) throws(AudioFault) {
    var info = SF_INFO()
    if let handle = open(&info) {
      sf_close(handle)
    } else if sf_error(nil) == Int32(SF_ERR_UNRECOGNISED_FORMAT) {
      throw .unknownFormat(name: name, reason: String(cString: sf_strerror(nil)))
    }
    position = 0
  }

  /// Opens the bytes as a sound file, which must be closed before this object goes away; nil when libsndfile cannot.
  func open(_ info: inout SF_INFO) -> OpaquePointer? {
    var access = SF_VIRTUAL_IO(
      get_filelen: { MemoryReader.from($0).count },
      seek: { MemoryReader.from($2).seek(by: $0, from: $1) },
      read: { MemoryReader.from($2).read(into: $0, count: $1) },
      write: { _, _, _ in 0 },
      tell: { sf_count_t(MemoryReader.from($0).position) })
    return sf_open_virtual(&access, Int32(SFM_READ), &info, Unmanaged.passUnretained(self).toOpaque())
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> MemoryReader {
    Unmanaged<MemoryReader>.fromOpaque(context!).takeUnretainedValue()
  }

  private var count: sf_count_t { sf_count_t(bytes.count) }

  private func seek(by offset: sf_count_t, from origin: Int32) -> sf_count_t {
    let start = origin == SEEK_SET ? 0 : origin == SEEK_CUR ? sf_count_t(position) : count
    let (target, overflow) = start.addingReportingOverflow(offset)
    // Behind the end is allowed, as in a file: reading there gives nothing.
    if !overflow && target >= 0 { position = Int(target) }
    return sf_count_t(position)
  }

  private func read(into buffer: UnsafeMutableRawPointer?, count wanted: sf_count_t) -> sf_count_t {
    guard let buffer, wanted > 0, position < bytes.count else { return 0 }
    let count = min(Int(wanted), bytes.count - position)
    bytes.withUnsafeBytes { buffer.copyMemory(from: $0.baseAddress! + position, byteCount: count) }
    position += count
    return sf_count_t(count)
  }
}
