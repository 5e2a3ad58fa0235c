import Glibc
public import LHSystem

/// Exit statuses of the programs: those of `sysexits.h`.
public enum ExitStatus {
  /// The status for a kind of fault.
  public static func code(for kind: FaultKind) -> Int32 {
    switch kind {
    case .usage: EX_USAGE
    case .badData: EX_DATAERR
    case .missingInput: EX_NOINPUT
    case .cannotCreate: EX_CANTCREAT
    case .inputOutput, .cancelled: EX_IOERR
    case .outOfMemory: EX_OSERR
    case .unavailable: EX_UNAVAILABLE
    }
  }
}
