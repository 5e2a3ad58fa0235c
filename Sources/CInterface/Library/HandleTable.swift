import CLightHuBERT
import Glibc
import LHSystem

/// The objects that the handles of C programs name.
///
/// A handle has the type of a pointer and is a number: it is looked up, never dereferenced, so that whatever a caller
/// passes is either found or an error. Numbers are not used twice. Their upper half is not that of an address, so that
/// a pointer passed by mistake is never found.
final class HandleTable: Sendable {
  /// The table of this process. After a fork the child has it too, and may use what it names.
  static let shared: HandleTable = {
    let table = HandleTable()
    pthread_atfork(
      { HandleTable.shared.contents.acquire() }, { HandleTable.shared.contents.release() },
      { HandleTable.shared.contents.release() })
    return table
  }()

  private struct Contents {
    var objects: [UInt: any AnyObject & Sendable] = [:]
    var lastNumber: UInt = 0
  }

  private let contents = Locked(Contents())

  /// "LH" above 48 bits, which no processor takes for an address.
  private static let mark = UInt(0x4C48) << 48

  /// Number of handles that were given out and not ended.
  var count: Int { contents.withLock { $0.objects.count } }

  /// A new handle of an object, which it keeps alive.
  func add(_ object: some AnyObject & Sendable) -> OpaquePointer? {
    let number = contents.withLock { contents in
      contents.lastNumber += 1
      let number = HandleTable.mark | contents.lastNumber
      contents.objects[number] = object
      return number
    }
    return OpaquePointer(bitPattern: number)
  }

  /// The object of a handle; the caller may use it even when the handle is ended meanwhile.
  ///
  /// - Parameter name: What the handle is called in messages.
  func object<Object: AnyObject>(
    of handle: OpaquePointer?, as type: Object.Type, _ name: StaticString
  ) throws(CallFault) -> Object {
    guard let handle else { throw CallFault(LH_INVALID_HANDLE, "\(name) is NULL") }
    guard let object = contents.withLock({ $0.objects[UInt(bitPattern: handle)] }) as? Object else {
      throw CallFault(LH_INVALID_HANDLE, "\(name) is no handle of that kind, or was ended")
    }
    return object
  }

  /// Ends a handle, unless it names no object of that type.
  func remove<Object: AnyObject>(_ handle: OpaquePointer?, as type: Object.Type) -> lh_status {
    // The object may be the last to hold much, and is let go of outside the lock.
    let removed = contents.withLock { contents -> (any AnyObject & Sendable)? in
      let number = UInt(bitPattern: handle)
      return contents.objects[number] is Object ? contents.objects.removeValue(forKey: number) : nil
    }
    return lh_status(removed == nil ? LH_INVALID_HANDLE : LH_OK)
  }
}

/// Number of handles that were given out and not ended, of any kind.
package var openHandleCount: Int { HandleTable.shared.count }
