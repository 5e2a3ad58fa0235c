/// What went wrong, in the few kinds that a caller treats differently.
///
/// The programs turn a kind into an exit code (`sysexits.h`), the C interface into an error code.
public enum FaultKind: Sendable, Equatable {
  /// The caller asked for something that cannot be (EX_USAGE).
  case usage
  /// A file or an array holds something that is not allowed there (EX_DATAERR).
  case badData
  /// An input does not exist or cannot be read (EX_NOINPUT).
  case missingInput
  /// An output cannot be created (EX_CANTCREAT).
  case cannotCreate
  /// Reading or writing failed on the way, for example on a full disk (EX_IOERR).
  case inputOutput
  /// This processor or build lacks something that was asked for by name (EX_UNAVAILABLE).
  case unavailable
  /// There is not enough memory (EX_OSERR).
  case outOfMemory
  /// The caller stopped the work (EX_IOERR, but no program does that).
  case cancelled
}

/// An error that a person reads as one line.
///
/// Each module has one enum of these, a case a fault, with the values that explain it. `description` names the file
/// or field, what was found, what was expected and, where there is something, what to do.
public protocol Fault: Error, CustomStringConvertible {
  /// The kind of fault, which decides the exit code.
  var kind: FaultKind { get }
}
