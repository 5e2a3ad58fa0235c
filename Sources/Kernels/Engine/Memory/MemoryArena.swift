import Glibc
import LHSystem

/// Memory for many buffers that live equally long, cut from large blocks on huge pages.
///
/// A matrix of its own mapping would mostly lie on small pages, which cost four times as much to get from the system
/// and, in a product, a miss of the translation buffer every few rows. A block goes back to the system with its last
/// buffer.
package final class MemoryArena {
  private var block: MappedMemory?
  private var used = 0
  /// Bytes of all buffers.
  package private(set) var byteCount = 0

  /// An arena without memory.
  package init() {}

  /// A block is only an address range until it is touched: what is left of the last one costs at most a page.
  private static let blockSize = 256 << 20

  /// Zeroed bytes, aligned to a cache line, and the block that must live as long as they are used.
  func take(byteCount: Int) throws(OutOfMemory) -> (UnsafeMutableRawPointer, MappedMemory) {
    if let block, used + byteCount <= block.byteCount { return take(byteCount, from: block) }
    let block = try MemoryArena.newBlock(for: byteCount)
    self.block = block
    used = 0
    return take(byteCount, from: block)
  }

  /// A block of the usual size, or a smaller one where addresses are scarce (`ulimit -v`).
  private static func newBlock(for byteCount: Int) throws(OutOfMemory) -> MappedMemory {
    var size = max(byteCount, blockSize)
    while true {
      do throws(OutOfMemory) {
        return try MappedMemory(byteCount: size, usesHugePages: true, for: "the weights")
      } catch {
        guard size > byteCount else { throw error }
        size = max(byteCount, size / 2)
      }
    }
  }

  private func take(_ byteCount: Int, from block: MappedMemory) -> (UnsafeMutableRawPointer, MappedMemory) {
    defer {
      used += byteCount.roundedUp(toMultipleOf: 64)
      self.byteCount += byteCount
    }
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

  /// - Parameters:
  ///   - usesHugePages: Begins at a huge page's boundary, and asks for huge pages as far as whole ones fit.
  ///   - purpose: What the fault says the bytes are for.
  init(byteCount: Int, usesHugePages: Bool, for purpose: String) throws(OutOfMemory) {
    let size = byteCount + (usesHugePages ? MappedMemory.hugePageSize : 0)
    let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let memory, memory != MAP_FAILED else { throw OutOfMemory(byteCount: byteCount, for: purpose) }
    self.byteCount = byteCount
    mapping = UnsafeMutableRawBufferPointer(start: memory, count: size)
    start = usesHugePages ? memory.alignedUp(toMultipleOf: MappedMemory.hugePageSize) : memory
    if usesHugePages { madvise(start, byteCount, MADV_HUGEPAGE) }
  }

  deinit { munmap(mapping.baseAddress, mapping.count) }
}
