public import LHSupernet
public import LHSystem

/// An architecture that could not be taken from a name, a file or standard input.
public enum ArchitectureFileFault: Fault, Equatable {
  /// The file cannot be read.
  case unreadable(FileFault)
  /// It is larger than any architecture.
  case tooLarge(source: String, limit: Int)
  /// It is not text.
  case notText(source: String)
  /// It is not YAML, or YAML with something that is not read here; `line` counts from 1.
  case notYAML(source: String, problem: String, line: Int?)
  /// It holds several architectures, a line each.
  case severalLines(source: String, count: Int)
  /// What it says is not an architecture, or not one that fits.
  case invalid(SubnetFault)

  /// The kind of fault.
  public var kind: FaultKind {
    switch self {
    case .unreadable(let fault): fault.kind
    case .invalid(let fault): fault.kind
    case .tooLarge, .notText, .notYAML, .severalLines: .badData
    }
  }

  /// One line.
  public var description: String {
    switch self {
    case .unreadable(let fault): "\(fault)"
    case .invalid(let fault): "\(fault)"
    case .tooLarge(let source, let limit): "\(source): is larger than \(limit) bytes, expected an architecture"
    case .notText(let source): "\(source): is not UTF-8 text, expected an architecture in JSON or YAML"
    case .notYAML(let source, let problem, let line):
      "\(source): is not YAML that is read here: \(line.map { "line \($0): " } ?? "")\(problem)"
    case .severalLines(let source, let count):
      "\(source): holds \(count) architectures, expected one; pipe the line that you want into \"--arch -\""
    }
  }
}
