public import LHSystem

/// A fault whose text does not name the file that it is about, with that file.
public struct LocatedFault: Fault {
  /// The file.
  public let path: String
  /// What is wrong with it.
  public let fault: any Fault

  /// A fault of a file.
  public init(path: String, _ fault: any Fault) {
    self.path = path
    self.fault = fault
  }

  /// The kind of the fault itself.
  public var kind: FaultKind { fault.kind }

  /// One line that begins with the path.
  public var description: String { "\(path): \(fault)" }
}

/// Something that a command line asks for and that makes no sense.
public struct UsageFault: Fault, Equatable {
  /// One line.
  public let description: String

  /// A fault with a text.
  public init(_ description: String) { self.description = description }

  /// Always usage.
  public var kind: FaultKind { .usage }
}
