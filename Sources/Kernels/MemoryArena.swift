import Glibc

/// Memory for many buffers that live equally long, cut from large blocks on huge pages.
///
/// A matrix of its own mapping would mostly lie on small pages, which cost four times as much to get from the system and,
/// in a product, a miss of the translation buffer every few rows. A block goes back to the system with its last buffer.
package final class MemoryArena {
  private var block: MappedMemory?
  private var used = 0

  /// An arena without memory.
  package init() {}

  /// A block is only an address range until it is touched: what is left of the last one costs at most a page.
  private static let blockSize = 256 << 20

  /// Zeroed bytes, aligned to a cache line, and the block that must live as long as they are used.
  func take(byteCount: Int) -> (UnsafeMutableRawPointer, MappedMemory) {
    if let block, used + byteCount <= block.byteCount { return take(byteCount, from: block) }
    let block = MappedMemory(byteCount: max(byteCount, MemoryArena.blockSize), usesHugePages: true)
    self.block = block
    used = 0
    return take(byteCount, from: block)
  }

  private func take(_ byteCount: Int, from block: MappedMemory) -> (UnsafeMutableRawPointer, MappedMemory) {
    defer { used += byteCount.roundedUp(toMultipleOf: 64) }
    return (block.start + used, block)
  }
}

/// Zeroed memory from the system.
final class MappedMemory: @unchecked Sendable {
  let start: UnsafeMutableRawPointer
  let byteCount: Int
  private let mapping: UnsafeMutableRawBufferPointer

  /// Bytes of a huge page.
  static let hugePageSize = 2 << 20

  /// - Parameter usesHugePages: Begins at a huge page's boundary, and asks for huge pages as far as whole ones fit.
  init(byteCount: Int, usesHugePages: Bool) {
    self.byteCount = byteCount
    let size = byteCount + (usesHugePages ? MappedMemory.hugePageSize : 0)
    let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let memory, memory != MAP_FAILED else { fatalError("out of memory: \(byteCount) bytes for a buffer") }
    mapping = UnsafeMutableRawBufferPointer(start: memory, count: size)
    start = usesHugePages ? memory.alignedUp(toMultipleOf: MappedMemory.hugePageSize) : memory
    if usesHugePages { madvise(start, byteCount, MADV_HUGEPAGE) }
  }

  deinit { munmap(mapping.baseAddress, mapping.count) }
}
