/// Bytes on their way into a file, without a copy of what is float32 already.
enum StoredBytes: Sendable {
  case floats([Float])
  case bytes([UInt8])

  /// Calls `body` with the bytes.
  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch self {
    case .floats(let floats):
      try floats.withUnsafeBufferPointer { floats throws(Failure) in try body(UnsafeRawBufferPointer(floats)) }
    case .bytes(let bytes):
      try bytes.withUnsafeBufferPointer { bytes throws(Failure) in try body(UnsafeRawBufferPointer(bytes)) }
    }
  }
}
