import LHSystem
import LHTensors

/// The bytes of a subnet file, in memory of somebody's or on the disk.
///
/// Those on the disk are read into memory of the reader's when they are asked for, so that what was verified is what is
/// used.
enum SubnetBytes: @unchecked Sendable {
  /// What an object keeps alive and unchanged.
  case memory(UnsafeRawBufferPointer, owner: any AnyObject & Sendable)
  case file(InputFile)

  var count: Int {
    switch self {
    case .memory(let bytes, _): bytes.count
    case .file(let file): file.byteCount
    }
  }

  /// A copy of a small part.
  func copy(_ range: Range<Int>) throws(SubnetFileFault) -> [UInt8] {
    switch self {
    case .memory(let bytes, _): return Array(bytes[range])
    case .file(let file):
      do throws(FileFault) { return try file.bytes(range) } catch { throw .file(error) }
    }
  }

  /// A part that stays, in memory of its own where it has to be read.
  func storage(_ range: Range<Int>) throws(SubnetFileFault) -> TensorStorage {
    let place = try room(for: range.count)
    return TensorStorage(bytes: try read(range, into: place), owner: place ?? owner)
  }

  /// Room for parts of at most `count` bytes; nil where nothing has to be read.
  func room(for count: Int) throws(SubnetFileFault) -> HeapMemory? {
    guard case .file = self else { return nil }
    return try heapMemory(count, for: "a part of the model file")
  }

  /// A part where it lies, or in `place`, which must have room for it, until the next is read into that.
  func read(_ range: Range<Int>, into place: HeapMemory?) throws(SubnetFileFault) -> UnsafeRawBufferPointer {
    switch self {
    case .memory(let bytes, _): return UnsafeRawBufferPointer(rebasing: bytes[range])
    case .file(let file):
      guard let place else { preconditionFailure("a file is read into memory") }
      let target = UnsafeMutableRawBufferPointer(rebasing: place.bytes[..<range.count])
      do throws(FileFault) { try file.read(range, into: target) } catch { throw .file(error) }
      return UnsafeRawBufferPointer(target)
    }
  }

  /// What keeps a part alive: the owner of the memory.
  var owner: any AnyObject & Sendable {
    switch self {
    case .memory(_, let owner): owner
    case .file(let file): file
    }
  }

  /// Makes sure that bytes which are not what they should be are not those of a file that somebody writes to.
  func checkUnchanged() throws(SubnetFileFault) {
    guard case .file(let file) = self else { return }
    do throws(FileFault) { try file.checkUnchanged() } catch { throw .file(error) }
  }
}

/// Memory, or the fault that there is none.
func heapMemory(_ byteCount: Int, for purpose: String) throws(SubnetFileFault) -> HeapMemory {
  do throws(OutOfMemory) {
    return try HeapMemory(byteCount: byteCount, for: purpose)
  } catch {
    throw .memory(error)
  }
}
