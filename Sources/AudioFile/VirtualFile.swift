import CSndFile
import Glibc

/// Bytes that can be had from any offset on, as a file for libsndfile, which seeks in most formats.
final class VirtualFile {
  private let count: Int
  private let copy: (_ offset: Int, _ target: UnsafeMutableRawBufferPointer) throws(AudioFault) -> Int
  private var position = 0
  /// The first read that failed. libsndfile takes it for the end, so nothing that was decoded then can be trusted.
  private(set) var fault: AudioFault?

  /// A file of `count` bytes, of which `copy` gives those from an offset on, as many as fit or as there are.
  init(
    count: Int,
    copy: @escaping (_ offset: Int, _ target: UnsafeMutableRawBufferPointer) throws(AudioFault) -> Int
  ) {
    self.count = count
    self.copy = copy
  }

  /// Opens it as a sound file, which must be closed before this object goes away; nil when libsndfile cannot.
  func open(_ info: inout SF_INFO) -> OpaquePointer? {
    var access = SF_VIRTUAL_IO(
      get_filelen: { sf_count_t(VirtualFile.from($0).count) },
      seek: { VirtualFile.from($2).seek(by: $0, from: $1) },
      read: { VirtualFile.from($2).read(into: $0, count: $1) },
      write: { _, _, _ in 0 },
      tell: { sf_count_t(VirtualFile.from($0).position) })
    return sf_open_virtual(&access, Int32(SFM_READ), &info, Unmanaged.passUnretained(self).toOpaque())
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> VirtualFile {
    Unmanaged<VirtualFile>.fromOpaque(context!).takeUnretainedValue()
  }

  private func seek(by offset: sf_count_t, from origin: Int32) -> sf_count_t {
    let start = origin == SEEK_SET ? 0 : origin == SEEK_CUR ? position : count
    let (target, overflow) = sf_count_t(start).addingReportingOverflow(offset)
    // Behind the end is allowed: reading there gives nothing.
    if !overflow && target >= 0 { position = Int(target) }
    return sf_count_t(position)
  }

  private func read(into buffer: UnsafeMutableRawPointer?, count wanted: sf_count_t) -> sf_count_t {
    let room = max(0, min(Int(wanted), count - position))
    guard let buffer, room > 0 else { return 0 }
    do throws(AudioFault) {
      let done = try copy(position, UnsafeMutableRawBufferPointer(start: buffer, count: room))
      position += done
      return sf_count_t(done)
    } catch {
      fault = fault ?? error
      return 0
    }
  }
}
