import LHSystemC

/// Processors that this process may run on, at least 1: by its affinity, not what the machine has.
public var usableProcessorCount: Int { Int(cpu_usable_count()) }
