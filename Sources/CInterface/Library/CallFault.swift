import CLightHuBERT
import LightHuBERT

/// Why a call of a C function failed.
struct CallFault: Error {
  /// One of the LH_ codes.
  let status: Int
  /// What a person reads.
  let message: String

  init(_ status: Int, _ message: String) {
    self.status = status
    self.message = message
  }

  /// A fault of the library.
  init(_ fault: any Fault) {
    status = CallFault.status(of: fault.kind)
    message = fault.description
  }

  private static func status(of kind: FaultKind) -> Int {
    switch kind {
    case .usage: LH_INVALID_ARGUMENT
    case .badData: LH_BAD_DATA
    case .missingInput: LH_NOT_FOUND
    case .cannotCreate: LH_CANNOT_CREATE
    case .inputOutput: LH_IO_ERROR
    case .outOfMemory: LH_OUT_OF_MEMORY
    case .unavailable: LH_UNAVAILABLE
    case .cancelled: LH_CANCELLED
    }
  }
}

/// What `body` gives; its fault, one of the library's, becomes that of the call.
func mappingFaults<Result, LibraryFault: Fault>(
  _ body: () throws(LibraryFault) -> Result
) throws(CallFault) -> Result {
  do throws(LibraryFault) {
    return try body()
  } catch {
    throw CallFault(error)
  }
}

/// Runs the body of a C function; tells the caller what went wrong, in the status and in its `lh_error`.
func report(to error: UnsafeMutablePointer<lh_error>?, _ body: () throws(CallFault) -> Void) -> lh_status {
  do throws(CallFault) {
    try body()
    write(LH_OK, "", to: error)
    return lh_status(LH_OK)
  } catch let fault {
    write(fault.status, fault.message, to: error)
    return lh_status(fault.status)
  }
}

private func write(_ status: Int, _ message: String, to error: UnsafeMutablePointer<lh_error>?) {
  guard let error, let place = MemoryLayout<lh_error>.offset(of: \.message) else { return }
  let target = UnsafeMutableRawPointer(error)
  target.storeBytes(of: Int32(status), as: Int32.self)
  let bytes = line(message, limit: Int(LH_ERROR_MESSAGE_SIZE) - 1)
  UnsafeMutableRawBufferPointer(start: target + place, count: bytes.count).copyBytes(from: bytes)
  target.storeBytes(of: 0, toByteOffset: place + bytes.count, as: UInt8.self)
}

/// A text as UTF-8 on one line, cut before the first character that ends after `limit` bytes.
private func line(_ text: String, limit: Int) -> [UInt8] {
  var bytes: [UInt8] = []
  for scalar in text.unicodeScalars {
    let breaksLines = scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value) || scalar.value | 1 == 0x2029
    let encoded = UTF8.encode(breaksLines ? " " : scalar)
    guard let encoded, bytes.count + encoded.count <= limit else { break }
    bytes += encoded
  }
  return bytes
}
