import LHCZstd

/// The contents of one zstd frame that was compressed with a prefix ("patch from"), or with an empty one.
///
/// A frame carries a checksum of its contents, so that what comes out is right or the tests stop.
func decompress(_ frame: [UInt8], prefix: [UInt8]) -> [UInt8] {
  let context = ZSTD_createDCtx()
  defer { ZSTD_freeDCtx(context) }
  ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 27)
  return prefix.withUnsafeBytes { prefixBytes in
    ZSTD_DCtx_refPrefix(context, prefixBytes.baseAddress, prefixBytes.count)
    return [UInt8](unsafeUninitializedCapacity: contentSize(ofZstdFrame: frame)) { buffer, count in
      count = ZSTD_decompressDCtx(context, buffer.baseAddress, buffer.count, frame, frame.count)
      if ZSTD_isError(count) != 0 { fatalError("a packed fixture: \(String(cString: ZSTD_getErrorName(count)))") }
    }
  }
}

/// The number of bytes that a zstd frame says it holds.
func contentSize(ofZstdFrame frame: [UInt8]) -> Int {
  guard let size = Int(exactly: ZSTD_getFrameContentSize(frame, frame.count)) else {
    fatalError("a packed fixture is no zstd frame, or does not say its size")
  }
  return size
}
