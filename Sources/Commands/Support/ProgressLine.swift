import LHSystem

/// A line on standard error that says how far the work is: only on a terminal, and only when the work is long.
public final class ProgressLine {
  private let label: String
  private let isShown: Bool
  private let start = monotonicSeconds()
  private var lastShown: Double?

  /// Seconds of work before the line appears.
  private static let patience = 0.5
  /// Seconds between two states of the line.
  private static let interval = 0.1

  /// A line that is not shown yet.
  ///
  /// - Parameter label: What is being done, for example "extracting".
  public init(_ label: String, isQuiet: Bool = false) {
    self.label = label
    isShown = !isQuiet && StandardError.isTerminal
  }

  deinit { finish() }

  /// Says which fraction of the work is done.
  public func update(_ done: Double) {
    guard isShown else { return }
    let now = monotonicSeconds()
    guard now - start >= ProgressLine.patience, now - (lastShown ?? 0) >= ProgressLine.interval else { return }
    lastShown = now
    StandardError.raw("\r\(label) \(Int(100 * done)) %\u{1b}[K")
  }

  /// Removes the line.
  public func finish() {
    guard lastShown != nil else { return }
    lastShown = nil
    StandardError.raw("\r\u{1b}[K")
  }
}
