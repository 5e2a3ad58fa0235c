import Glibc

/// The sanitizer that this process, and the programs beside it, are built with.
public enum Sanitizer {
  /// Whether there is one. Such a process opens files of its own, takes several times the memory, and looks at it from
  /// outside when it ends: what limits files, memory or rights cannot be tested with it.
  public static let isActive = dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil
}
