public import LHSystem

/// Why a run ended early that hands hidden states to a function which may fail.
public enum RunFault<Failure: Error>: Error {
  /// The model, the samples or the selection of hidden states is at fault, or the run was cancelled.
  case model(ModelFault)
  /// What the function threw.
  case body(Failure)
}

extension RunFault: Fault, CustomStringConvertible where Failure: Fault {
  /// The kind of the fault itself.
  public var kind: FaultKind {
    switch self {
    case .model(let fault): fault.kind
    case .body(let fault): fault.kind
    }
  }

  /// One line.
  public var description: String {
    switch self {
    case .model(let fault): fault.description
    case .body(let fault): fault.description
    }
  }
}

extension RunFault {
  /// Calls what can only be the model's fault.
  static func ofModel<Result>(_ body: () throws(ModelFault) -> Result) throws(RunFault) -> Result {
    do throws(ModelFault) { return try body() } catch { throw .model(error) }
  }
}
