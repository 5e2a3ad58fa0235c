import Glibc

/// A moment until which something is waited for.
struct Deadline {
  private let moment: Double?

  /// In so many seconds; 0 is never.
  init(seconds: Double) { moment = seconds > 0 ? Deadline.now() + seconds : nil }

  var hasPassed: Bool { moment.map { Deadline.now() >= $0 } ?? false }

  /// What is left of it, for `poll`.
  var milliseconds: Int32 {
    moment.map { Int32(max(0, min(($0 - Deadline.now()) * 1000, Double(Int32.max))).rounded(.up)) } ?? -1
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
