import LHJSON
import Yams

/// Turns a YAML text into plain data.
///
/// Only what architectures need: one document of mappings, sequences and scalars. Anchors are refused, since a short
/// text of aliases can stand for an endless one; tags mean nothing.
enum YAMLReader {
  /// Larger than any architecture in YAML; the parser is slow on purpose-made texts.
  static let sizeLimit = 64 * 1024
  private static let depthLimit = 32

  static func value(_ text: String, source: String) throws(ArchitectureFileFault) -> JSONValue {
    guard text.utf8.count <= sizeLimit else { throw .tooLarge(source: source, limit: sizeLimit) }
    let scalars = withoutComments(text.unicodeScalars)
    guard !scalars.contains("&") else {
      throw .notYAML(
        source: source, problem: "has '&', expected no anchors and aliases; write the values out", line: nil)
    }
    guard !mayNameByCollections(scalars) else {
      throw .notYAML(
        source: source, problem: "has a list or a mapping for a name, expected names such as embed_dim", line: nil)
    }
    let root: Node?
    do {
      root = try Parser(yaml: text, encoding: .utf8).singleRoot()
    } catch let error as YamlError {
      throw .notYAML(source: source, problem: problem(error), line: line(error))
    } catch {
      throw .notYAML(source: source, problem: oneLine("\(error)"), line: nil)
    }
    guard let root else { return .null }
    return try convert(root, source: source, depth: 0)
  }

  /// Whether a list or a mapping may be the name of something: behind the indicator '?', or before ':'. Yams compares
  /// all of it at each level that it is nested in, which takes many seconds for some texts.
  private static func mayNameByCollections(_ text: String.UnicodeScalarView) -> Bool {
    var previous: Unicode.Scalar = "\n"
    var beforeBlanks: Unicode.Scalar = "\n"
    for scalar in text {
      // In a word or behind one it is a letter like others.
      let isInWord = previous.properties.isAlphabetic || ("0"..."9").contains(previous) || previous == "?"
      if scalar == "?" && !isInWord { return true }
      if scalar == ":" && (beforeBlanks == "]" || beforeBlanks == "}") { return true }
      previous = scalar
      if scalar != " " && scalar != "\t" { beforeBlanks = scalar }
    }
    return false
  }

  /// The text without its comments. In a text with quotes a '#' may be part of a string that spans lines, so nothing is
  /// taken for a comment there. Scalars and not characters, since the parser sees those.
  private static func withoutComments(_ text: String.UnicodeScalarView) -> String.UnicodeScalarView {
    guard !text.contains("\""), !text.contains("'") else { return text }
    var kept = String.UnicodeScalarView()
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: isLineBreak) {
      var previous: Unicode.Scalar = " "
      for scalar in line {
        if scalar == "#" && (previous == " " || previous == "\t") { break }
        kept.append(scalar)
        previous = scalar
      }
      kept.append("\n")
    }
    return kept
  }

  /// What ends a line, and so a comment, in YAML 1.1.
  private static func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
    ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(scalar)
  }

  private static func convert(
    _ node: Node, source: String, depth: Int
  ) throws(ArchitectureFileFault) -> JSONValue {
    guard depth < depthLimit else {
      throw .notYAML(source: source, problem: "nested deeper than \(depthLimit) levels", line: node.mark?.line)
    }
    switch node {
    case .scalar(let scalar): return convert(scalar)
    case .sequence(let sequence):
      var elements: [JSONValue] = []
      for element in sequence { elements.append(try convert(element, source: source, depth: depth + 1)) }
      return .array(elements)
    case .mapping(let mapping):
      var object = JSONObject()
      for (key, value) in mapping {
        guard case .scalar(let name) = key else {
          throw .notYAML(source: source, problem: "a name that is not a plain text", line: key.mark?.line)
        }
        guard object[name.string] == nil else {
          throw .notYAML(source: source, problem: "the name \(name.string) occurs a second time", line: key.mark?.line)
        }
        object[name.string] = try convert(value, source: source, depth: depth + 1)
      }
      return .object(object)
    case .alias:
      throw .notYAML(source: source, problem: "an alias, expected the values themselves", line: node.mark?.line)
    }
  }

  /// Numbers and truth values are those of JSON, and only without quotes; everything else is a string.
  private static func convert(_ scalar: Node.Scalar) -> JSONValue {
    guard scalar.style == .plain else { return .string(scalar.string) }
    if scalar.string.isEmpty || scalar.string == "~" { return .null }
    return (try? JSONValue(parsing: scalar.string)) ?? .string(scalar.string)
  }

  private static func problem(_ error: YamlError) -> String {
    switch error {
    case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _):
      oneLine(problem)
    case .duplicatedKeysInMapping(let names, _):
      "the name \(oneLine(names.joined(separator: ", "))) occurs a second time"
    default: oneLine("\(error)")
    }
  }

  private static func line(_ error: YamlError) -> Int? {
    switch error {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
    case .duplicatedKeysInMapping(_, let context): context.mark.line
    default: nil
    }
  }

  private static func oneLine(_ text: String) -> String {
    String(text.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(160))
  }
}
