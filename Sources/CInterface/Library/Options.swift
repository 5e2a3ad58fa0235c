import CLightHuBERT

/// The options of a caller that may have been compiled with an older or newer header.
///
/// - Parameters:
///   - pointer: A struct that begins with its size; nil for the defaults.
///   - zero: The struct of this header with all bytes zero, which are the defaults.
func options<Options: BitwiseCopyable>(
  _ pointer: UnsafePointer<Options>?, else zero: Options
) throws(CallFault) -> Options {
  guard let pointer else { return zero }
  let start = UnsafeRawPointer(pointer)
  let size = start.loadUnaligned(as: UInt.self)
  let allowed = UInt(MemoryLayout<Int>.size)...UInt(LH_MAX_STRUCT_SIZE)
  guard allowed.contains(size) else {
    throw CallFault(
      LH_INVALID_ARGUMENT,
      "struct_size of \(Options.self) is \(size), expected \(allowed.lowerBound) to \(allowed.upperBound); "
        + "begin with the LH_..._INIT macro")
  }
  let bytes = UnsafeRawBufferPointer(start: start, count: Int(size))
  var options = zero
  withUnsafeMutableBytes(of: &options) { $0.copyBytes(from: bytes.prefix($0.count)) }
  guard bytes.dropFirst(MemoryLayout<Options>.size).allSatisfy({ $0 == 0 }) else {
    throw CallFault(
      LH_INVALID_ARGUMENT, "\(Options.self) has fields that this version of the library does not know")
  }
  return options
}

/// Holds a reserved field of options to zero, so that it can get a meaning.
func checkReserved(_ value: Int32) throws(CallFault) {
  guard value == 0 else { throw CallFault(LH_INVALID_ARGUMENT, "reserved is \(value), expected 0") }
}

/// A progress function of the caller's, as Swift functions take it: false cancels.
func progressFunction(_ function: lh_progress?, _ data: UnsafeMutableRawPointer?) -> ((Double) -> Bool)? {
  guard let function else { return nil }
  return { function($0, data) == 0 }
}
