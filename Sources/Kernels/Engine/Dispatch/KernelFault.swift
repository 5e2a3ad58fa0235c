public import LHSystem

/// Something was asked for by name that this processor or build does not have.
public enum KernelFault: Fault, Equatable {
  /// The instruction set's name is not known.
  case unknownInstructionSet(String, known: [String])
  /// The processor lacks the instruction set.
  case missingInstructionSet(String, available: [String])
  /// OpenBLAS was asked for and cannot be loaded; the system's reason.
  case missingOpenBLAS(reason: String)

  /// The kind of fault.
  public var kind: FaultKind {
    switch self {
    case .unknownInstructionSet: .usage
    case .missingInstructionSet, .missingOpenBLAS: .unavailable
    }
  }

  /// One line.
  public var description: String {
    switch self {
    case .unknownInstructionSet(let name, let known):
      "LHB_ISA=\(name): no such instruction set; expected one of \(known.joined(separator: ", "))"
    case .missingInstructionSet(let name, let available):
      "LHB_ISA=\(name): this processor lacks it; it has \(available.joined(separator: ", "))"
    case .missingOpenBLAS(let reason): "OpenBLAS cannot be loaded: \(reason)"
    }
  }
}
