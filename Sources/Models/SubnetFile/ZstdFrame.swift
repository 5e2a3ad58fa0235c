import LHCZstd

/// One zstd frame (RFC 8878) that says how many bytes it holds, without a dictionary.
package enum ZstdFrame {
  /// zstd's words for what went wrong.
  package struct Failure: Error {
    let problem: String
  }

  /// Compresses bytes, which are not empty; nil when the frame would not be shorter than them.
  package static func compress(_ bytes: UnsafeRawBufferPointer, level: Int) throws(Failure) -> [UInt8]? {
    guard let context = ZSTD_createCCtx() else { throw Failure(problem: "no memory") }
    defer { ZSTD_freeCCtx(context) }
    _ = ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level))
    var size = 0
    let frame = [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(bytes.count)) { target, count in
      size = ZSTD_compress2(context, target.baseAddress, target.count, bytes.baseAddress, bytes.count)
      count = ZSTD_isError(size) == 0 ? size : 0
    }
    guard ZSTD_isError(size) == 0 else { throw Failure(problem: String(cString: ZSTD_getErrorName(size))) }
    return size < bytes.count ? frame : nil
  }

  /// Decompresses a frame into exactly `target`; anything else than one whole frame of that size is an error.
  package static func decompress(
    _ frame: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) throws(Failure) {
    let contentSize = ZSTD_getFrameContentSize(frame.baseAddress, frame.count)
    // The two largest numbers stand for "no frame" and "not said".
    guard contentSize < UInt64.max - 1 else { throw Failure(problem: "it is no zstd frame that says its size") }
    guard contentSize == UInt64(target.count) else {
      throw Failure(problem: "its zstd frame holds \(contentSize) bytes, expected \(target.count)")
    }
    let frameSize = ZSTD_findFrameCompressedSize(frame.baseAddress, frame.count)
    guard ZSTD_isError(frameSize) == 0, frameSize == frame.count else {
      throw Failure(problem: "its zstd frame is cut off, or something follows it")
    }
    let size = ZSTD_decompress(target.baseAddress, target.count, frame.baseAddress, frame.count)
    guard ZSTD_isError(size) == 0 else { throw Failure(problem: String(cString: ZSTD_getErrorName(size))) }
    guard size == target.count else { throw Failure(problem: "\(size) bytes came out, expected \(target.count)") }
  }
}
