import Glibc

/// Memory for floats, aligned to a cache line, zero at first.
package final class AlignedBuffer: @unchecked Sendable {
  /// The first element.
  package let start: UnsafeMutablePointer<Float>
  /// Number of elements.
  package let count: Int

  /// Bytes of the elements.
  package var byteCount: Int { count * MemoryLayout<Float>.stride }

  /// Memory for `count` floats. Fresh pages come zeroed from the system, so nothing is written here.
  package init(count: Int) {
    self.count = count
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let memory, memory != MAP_FAILED else { fatalError("out of memory: \(bytes) bytes for a buffer") }
    if bytes >= AlignedBuffer.hugePage { madvise(memory, bytes, MADV_HUGEPAGE) }
    start = memory.bindMemory(to: Float.self, capacity: max(count, 1))
  }

  deinit {
    munmap(start, max(count, 1) * MemoryLayout<Float>.stride)
  }

  /// Buffers of at least this many bytes ask for huge pages: a product touches a new page every few rows.
  private static let hugePage = 2 << 20
}

/// A buffer that grows when it is asked for more than it has, and otherwise stays, so that repeated runs allocate nothing.
package struct GrowingBuffer {
  private var buffer: AlignedBuffer?

  /// An empty buffer.
  package init() {}

  /// The first of at least `count` floats. Growing loses what was there.
  package mutating func reserve(_ count: Int) -> UnsafeMutablePointer<Float> {
    if let buffer, buffer.count >= count { return buffer.start }
    buffer = nil
    let larger = AlignedBuffer(count: count)
    buffer = larger
    return larger.start
  }
}
