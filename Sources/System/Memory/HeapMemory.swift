import Glibc

/// Memory from the heap, aligned to a cache line, not initialised. Swift's own allocations end the process when there
/// is no memory; this is a fault then.
public final class HeapMemory: @unchecked Sendable {
  /// The bytes. Valid as long as this object lives.
  public let bytes: UnsafeMutableRawBufferPointer

  /// So many bytes.
  ///
  /// - Parameter purpose: What the fault says they are for.
  public init(byteCount: Int, for purpose: String) throws(OutOfMemory) {
    var start: UnsafeMutableRawPointer?
    guard posix_memalign(&start, 64, max(byteCount, 1)) == 0 else {
      throw OutOfMemory(byteCount: byteCount, for: purpose)
    }
    bytes = UnsafeMutableRawBufferPointer(start: start, count: byteCount)
  }

  deinit { free(bytes.baseAddress) }
}
