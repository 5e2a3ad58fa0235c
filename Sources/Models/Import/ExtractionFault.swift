import LHSubnetFile
import LHSupernet
public import LHSystem

/// Why a checkpoint could not be opened as a supernet, or a subnet not be cut out of it.
public enum ExtractionFault: Fault {
  /// The checkpoint, the architecture or the output is at fault; the fault says which.
  case cause(any Fault)
  /// What the checkpoint holds is no supernet, or cannot be stored as asked for.
  case unsuitable(checkpoint: String, any Fault)
  /// The output would replace the checkpoint itself.
  case outputIsCheckpoint(path: String)
  /// zstd is not used with that level.
  case noSuchCompressionLevel(Int, levels: ClosedRange<Int>)
  /// An error below zero, or none that is a number.
  case noSuchMaxError(Double)
  /// The extraction was cancelled by its progress function.
  case cancelled

  /// The kind of fault.
  public var kind: FaultKind {
    switch self {
    case .cause(let fault), .unsuitable(_, let fault): fault.kind
    case .outputIsCheckpoint, .noSuchCompressionLevel, .noSuchMaxError: .usage
    case .cancelled: .cancelled
    }
  }

  /// One line.
  public var description: String {
    switch self {
    case .cause(let fault): fault.description
    case .unsuitable(let checkpoint, let fault): "\(checkpoint): \(fault)"
    case .outputIsCheckpoint(let path): "\(path): is the checkpoint itself; name another output file"
    case .noSuchCompressionLevel(let level, let levels):
      "compression level \(level), expected one in \(levels.lowerBound)...\(levels.upperBound)"
    case .noSuchMaxError(let error): "the largest error is \(error), expected 0 or more"
    case .cancelled: "cancelled"
    }
  }
}

extension ExtractionFault {
  /// The fault that it stands for, when it adds nothing to that.
  package var innermost: any Fault { if case .cause(let fault) = self { fault } else { self } }

  /// What was thrown while a subnet of a checkpoint was written.
  init(_ error: any Error, checkpoint: String) {
    switch error {
    case let fault as ExtractionFault: self = fault
    // The value is the checkpoint's, which the writer does not know.
    case let fault as SubnetFileFault where fault.isOfValues: self = .unsuitable(checkpoint: checkpoint, fault)
    case let fault as any Fault: self = .cause(fault)
    default: preconditionFailure("all errors of this package are faults: \(error)")
    }
  }
}

extension SubnetFileFault {
  /// Whether the values that were to be written are at fault.
  fileprivate var isOfValues: Bool { if case .outOfRange = self { true } else { false } }
}
