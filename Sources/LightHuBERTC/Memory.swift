import CLightHuBERT
import Glibc

/// Refuses what this machine's memory cannot hold, before anything is allocated: the system promises any amount, and ends
/// the process that believes it.
func checkMemory(_ byteCount: Int, for what: StaticString) throws(CallFault) {
  let available = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
  guard byteCount <= available else {
    throw CallFault(
      LH_OUT_OF_MEMORY, "\(what) would need \(byteCount) bytes of memory, of which this machine has \(available)")
  }
}

/// A text for C callers, as long as this object lives.
final class CText: @unchecked Sendable {
  /// Ends with a zero byte.
  let start: UnsafePointer<CChar>

  init(_ text: String) {
    let bytes = text.utf8CString
    let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count)
    _ = copy.initialize(from: bytes)
    start = UnsafePointer(copy.baseAddress!)
  }

  deinit { start.deallocate() }
}
