import LHSystem

/// A moment until which something is waited for.
struct Deadline {
  private let moment: Double?

  /// In so many seconds; 0 is never.
  init(seconds: Double) { moment = seconds > 0 ? monotonicSeconds() + seconds : nil }

  var hasPassed: Bool { moment.map { monotonicSeconds() >= $0 } ?? false }

  /// What is left of it, for `poll`.
  var milliseconds: Int32 {
    moment.map { Int32(max(0, min(($0 - monotonicSeconds()) * 1000, Double(Int32.max))).rounded(.up)) } ?? -1
  }
}
