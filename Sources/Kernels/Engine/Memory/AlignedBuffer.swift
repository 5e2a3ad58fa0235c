package import LHSystem

/// Memory for floats, aligned to a cache line, zero at first.
package final class AlignedBuffer: @unchecked Sendable {
  /// The first element.
  package let start: UnsafeMutablePointer<Float>
  /// Number of elements.
  package let count: Int

  private let memory: MappedMemory

  /// Bytes of the elements.
  package var byteCount: Int { count * MemoryLayout<Float>.stride }

  /// Memory for `count` floats. Fresh pages come zeroed from the system, so nothing is written here.
  ///
  /// - Parameter purpose: What the fault says they are for.
  package init(count: Int, for purpose: String = "a buffer") throws(OutOfMemory) {
    self.count = count
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    memory = try MappedMemory(
      byteCount: bytes, usesHugePages: bytes >= MappedMemory.hugePageSize, for: purpose)
    start = memory.start.bindMemory(to: Float.self, capacity: max(count, 1))
  }

  /// The same from an arena, if there is one.
  package convenience init(count: Int, in arena: MemoryArena?) throws(OutOfMemory) {
    guard let arena else {
      try self.init(count: count)
      return
    }
    try self.init(count: count, from: arena)
  }

  private init(count: Int, from arena: MemoryArena) throws(OutOfMemory) {
    self.count = count
    let part: UnsafeMutableRawPointer
    (part, memory) = try arena.take(byteCount: max(count, 1) * MemoryLayout<Float>.stride)
    start = part.bindMemory(to: Float.self, capacity: max(count, 1))
  }
}

/// A buffer that grows when it is asked for more than it has, and otherwise stays, so that repeated runs allocate
/// nothing.
package struct GrowingBuffer {
  private var buffer: AlignedBuffer?

  /// An empty buffer.
  package init() {}

  /// The first of at least `count` floats. Growing loses what was there.
  ///
  /// - Parameter purpose: What the fault says they are for.
  package mutating func reserve(_ count: Int, for purpose: String) throws(OutOfMemory) -> UnsafeMutablePointer<Float> {
    if let buffer, buffer.count >= count { return buffer.start }
    buffer = nil
    try MemoryLimit.probe(count * MemoryLayout<Float>.stride, for: purpose)
    let larger = try AlignedBuffer(count: count, for: purpose)
    buffer = larger
    return larger.start
  }
}

extension UnsafeMutablePointer<Float> {
  /// A little memory that is never given back, aligned to a cache line.
  static func zeros(count: Int) -> UnsafeMutablePointer {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count * MemoryLayout<Float>.stride, alignment: 64)
    let floats = memory.bindMemory(to: Float.self)
    floats.initialize(repeating: 0)
    return floats.baseAddress!
  }
}
