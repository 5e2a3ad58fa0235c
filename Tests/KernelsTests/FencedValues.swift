import Glibc

/// Input of a kernel that ends at a page that may not be touched: reading one element too many stops the tests.
final class FencedValues<Element: BitwiseCopyable> {
  /// The first value.
  let start: UnsafePointer<Element>

  private let memory: UnsafeMutableRawPointer
  private let byteCount: Int

  init(_ values: [Element]) {
    let page = sysconf(Int32(_SC_PAGESIZE))
    let bytes = values.count * MemoryLayout<Element>.stride
    let usable = max(1, (bytes + page - 1) / page) * page
    byteCount = usable + page
    guard let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      memory != MAP_FAILED, mprotect(memory + usable, page, PROT_NONE) == 0
    else { fatalError("no memory for a test") }
    self.memory = memory
    let first = memory + (usable - bytes)
    values.withUnsafeBytes { if let base = $0.baseAddress { first.copyMemory(from: base, byteCount: bytes) } }
    start = UnsafePointer(first.assumingMemoryBound(to: Element.self))
  }

  deinit { munmap(memory, byteCount) }
}
