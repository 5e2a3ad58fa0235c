import Glibc

/// An error number of the operating system, with its text.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The value of `errno`.
  public let code: Int32

  /// An error with the given number.
  public init(code: Int32) { self.code = code }

  static let noMemory = SystemError(code: ENOMEM)

  /// The error that the last failed system call of this thread left.
  public static var last: SystemError { SystemError(code: errno) }

  /// The operating system's words, for example "No such file or directory".
  public var description: String { String(cString: strerror(code)) }
}
