import CSndFile
import Files
import Glibc

/// A regular file, for libsndfile, which by itself takes a read that fails for the end of the file.
final class FileReader {
  private let descriptor: Int32
  /// Offset in the file of the first byte.
  private let start: Int
  private let count: sf_count_t
  private var position: sf_count_t = 0
  /// Why a read failed; nothing that was decoded then can be trusted.
  private(set) var failure: SystemError?

  /// Reads a part of an open file; `descriptor` stays the caller's.
  init(_ descriptor: Int32, range: Range<Int>, name: String) throws(AudioFault) {
    self.descriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    start = range.lowerBound
    count = sf_count_t(range.count)
    guard self.descriptor >= 0 else { throw .cannotRead(name: name, reason: .last) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Opens it as a sound file, which must be closed before this object goes away; nil when libsndfile cannot.
  func open(_ info: inout SF_INFO) -> OpaquePointer? {
    var access = SF_VIRTUAL_IO(
      get_filelen: { FileReader.from($0).count },
      seek: { FileReader.from($2).seek(by: $0, from: $1) },
      read: { FileReader.from($2).read(into: $0, count: $1) },
      write: { _, _, _ in 0 },
      tell: { FileReader.from($0).position })
    return sf_open_virtual(&access, Int32(SFM_READ), &info, Unmanaged.passUnretained(self).toOpaque())
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> FileReader {
    Unmanaged<FileReader>.fromOpaque(context!).takeUnretainedValue()
  }

  private func seek(by offset: sf_count_t, from origin: Int32) -> sf_count_t {
    let start = origin == SEEK_SET ? 0 : origin == SEEK_CUR ? position : count
    let (target, overflow) = start.addingReportingOverflow(offset)
    // Behind the end is allowed: reading there gives nothing.
    if !overflow && target >= 0 { position = target }
    return position
  }

  private func read(into buffer: UnsafeMutableRawPointer?, count wanted: sf_count_t) -> sf_count_t {
    guard let buffer, wanted > 0, position < count else { return 0 }
    let wanted = Int(min(wanted, count - position))
    var done = 0
    while done < wanted {
      let count = pread(descriptor, buffer + done, wanted - done, off_t(start + Int(position)))
      if count < 0 && errno == EINTR { continue }
      if count < 0 { failure = failure ?? .last }
      if count <= 0 { break }
      done += count
      position += sf_count_t(count)
    }
    return sf_count_t(done)
  }
}
