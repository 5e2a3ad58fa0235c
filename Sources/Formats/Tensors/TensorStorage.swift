/// Bytes that stay valid and unchanged as long as this object lives: a part of some owner's memory, or memory of its
/// own.
///
/// Tensors that share weights share one storage.
public final class TensorStorage: Sendable {
  /// The bytes, little-endian elements. Not necessarily aligned to the element size.
  public nonisolated(unsafe) let bytes: UnsafeRawBufferPointer
  private let owner: Owner

  private enum Owner: @unchecked Sendable {
    case object(AnyObject)
    case allocation(UnsafeMutableRawBufferPointer)
  }

  /// A part of memory that `owner` keeps alive and unchanged.
  public init(bytes: UnsafeRawBufferPointer, owner: some AnyObject & Sendable) {
    self.bytes = bytes
    self.owner = .object(owner)
  }

  /// Memory of its own, zero at first, filled by `fill`.
  public convenience init<Failure: Error>(
    byteCount: Int, filledBy fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    try self.init(uninitializedByteCount: byteCount) { bytes throws(Failure) in
      bytes.initializeMemory(as: UInt8.self, repeating: 0)
      try fill(bytes)
    }
  }

  /// Memory of its own, every byte of which `fill` must write.
  public init<Failure: Error>(
    uninitializedByteCount byteCount: Int, filledBy fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(byteCount, 1), alignment: 64)
    let used = UnsafeMutableRawBufferPointer(rebasing: memory[..<byteCount])
    do throws(Failure) {
      try fill(used)
    } catch {
      memory.deallocate()
      throw error
    }
    bytes = UnsafeRawBufferPointer(used)
    owner = .allocation(memory)
  }

  deinit {
    if case .allocation(let memory) = owner { memory.deallocate() }
  }
}
