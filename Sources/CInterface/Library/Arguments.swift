import CLightHuBERT
import Glibc

/// Where a function puts a result, checked.
func output<Value>(
  _ pointer: UnsafeMutablePointer<Value>?, _ name: StaticString, initially value: Value
) throws(CallFault) -> UnsafeMutablePointer<Value> {
  guard let pointer else { throw CallFault(LH_INVALID_ARGUMENT, "\(name) is NULL") }
  try checkAlignment(pointer, of: Value.self, name)
  pointer.pointee = value
  return pointer
}

/// A text of the caller's.
///
/// - Parameter limit: The most bytes that it may have.
func text(_ pointer: UnsafePointer<CChar>?, _ name: StaticString, limit: Int) throws(CallFault) -> String {
  guard let pointer else { throw CallFault(LH_INVALID_ARGUMENT, "\(name) is NULL") }
  let length = strnlen(pointer, limit + 1)
  guard length > 0 else { throw CallFault(LH_INVALID_ARGUMENT, "\(name) is empty") }
  guard length <= limit else { throw CallFault(LH_INVALID_ARGUMENT, "\(name) is longer than \(limit) bytes") }
  guard let text = String(validating: UnsafeRawBufferPointer(start: pointer, count: length), as: UTF8.self) else {
    throw CallFault(LH_INVALID_ARGUMENT, "\(name) is not valid UTF-8")
  }
  return text
}

/// An array of the caller's.
///
/// - Parameters:
///   - count: A `size_t`, of which Swift makes an Int: more than half of what there is comes as a negative number.
func array<Element>(
  _ pointer: UnsafePointer<Element>?, count: Int, _ name: StaticString
) throws(CallFault) -> UnsafeBufferPointer<Element> {
  guard let pointer else { throw CallFault(LH_INVALID_ARGUMENT, "\(name) is NULL") }
  try checkAlignment(pointer, of: Element.self, name)
  // An object is at most as large as half of all addresses, and ends before the last.
  let (size, isTooMany) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
  let end = UInt(bitPattern: pointer).addingReportingOverflow(UInt(bitPattern: size))
  guard count >= 0, !isTooMany, !end.overflow else {
    throw CallFault(
      LH_INVALID_ARGUMENT, "\(name) has \(UInt(bitPattern: count)) elements, more than can be in memory")
  }
  return UnsafeBufferPointer(start: pointer, count: count)
}

/// A number that a caller chose among those from 0 on.
func choice<Choice>(_ value: Int32, among choices: Choice..., of name: StaticString) throws(CallFault) -> Choice {
  guard choices.indices.contains(Int(value)) else {
    throw CallFault(LH_INVALID_ARGUMENT, "\(name) is \(value), expected 0 to \(choices.count - 1)")
  }
  return choices[Int(value)]
}

/// A number of threads; nil for the default.
func threadCount(_ value: Int32) throws(CallFault) -> Int? {
  guard (0...LH_MAX_THREADS).contains(Int(value)) else {
    throw CallFault(LH_INVALID_ARGUMENT, "thread_count is \(value), expected 0 to \(LH_MAX_THREADS)")
  }
  return value == 0 ? nil : Int(value)
}

private func checkAlignment<Value>(
  _ pointer: some _Pointer, of type: Value.Type, _ name: StaticString
) throws(CallFault) {
  guard UInt(bitPattern: pointer) % UInt(MemoryLayout<Value>.alignment) == 0 else {
    throw CallFault(
      LH_INVALID_ARGUMENT, "\(name) is not aligned to \(MemoryLayout<Value>.alignment) bytes")
  }
}

/// The number of samples of an utterance.
func checkSampleCount(_ count: Int) throws(CallFault) {
  guard (0...LH_MAX_SAMPLES).contains(count) else {
    throw CallFault(
      LH_INVALID_ARGUMENT, "sample_count is \(UInt(bitPattern: count)), more than the \(LH_MAX_SAMPLES) allowed")
  }
}
