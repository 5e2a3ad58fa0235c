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
