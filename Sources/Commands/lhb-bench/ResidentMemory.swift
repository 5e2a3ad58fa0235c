import Glibc

/// Memory of this process that the system keeps in RAM.
enum ResidentMemory {
  /// The most bytes since the last `resetPeak`, or since the program was started.
  ///
  /// The peak of `getrusage` would begin with that of the program that started this one.
  static var peak: Int {
    let kibibytes = SystemText.value(of: "VmHWM", in: "/proc/self/status").flatMap { Int($0.prefix { $0.isNumber }) }
    return (kibibytes ?? 0) * 1024
  }

  /// Makes what is held now the peak. Where the system does not allow that, the peak stays what it was.
  static func resetPeak() {
    guard let file = fopen("/proc/self/clear_refs", "w") else { return }
    fputs("5", file)
    fclose(file)
  }
}
