import Glibc

/// How much memory this process can have. The system promises more than it has, and ends the process that believes it.
public enum MemoryLimit {
  /// The memory of the machine, or of the control group (container) where that has less.
  public static let byteCount: Int = {
    let pages = sysconf(Int32(_SC_PHYS_PAGES))
    let machine = pages > 0 ? pages * sysconf(Int32(_SC_PAGESIZE)) : Int.max
    return min(machine, ControlGroup.memoryLimit ?? machine)
  }()

  /// Refuses what there is not enough memory for, however much of it is free now.
  ///
  /// - Parameter purpose: What the fault says the bytes are for.
  public static func check(_ byteCount: Int, for purpose: String) throws(OutOfMemory) {
    guard byteCount <= MemoryLimit.byteCount else {
      throw OutOfMemory(byteCount: byteCount, for: purpose, limit: MemoryLimit.byteCount)
    }
  }

  /// What must be left beside anything that is asked for: small allocations, which end the process when they fail, and
  /// the stacks of threads.
  private static let margin = 32 << 20

  /// The same, and refuses what the process' own limits (`ulimit -v`) leave no addresses for: before an allocation that
  /// would end the process.
  public static func probe(_ byteCount: Int, for purpose: String) throws(OutOfMemory) {
    try check(byteCount, for: purpose)
    let needed = byteCount + margin
    let memory = mmap(nil, needed, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let memory, memory != MAP_FAILED else { throw OutOfMemory(byteCount: byteCount, for: purpose) }
    munmap(memory, needed)
  }
}
