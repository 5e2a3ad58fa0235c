import Glibc
import LHJSON
public import LHSupernet
import LHSystem

/// The largest architecture file that is read, in bytes.
private let sizeLimit = 1 << 20

/// The architecture that a command line names.
///
/// - Parameters:
///   - argument: A published name ("small-default"), the path of a JSON, JSONL (one line) or YAML file, or "-" for
///     standard input. A published name wins over a file of that name.
///   - config: The supernet that it must fit; nil when that is not known yet.
public func loadArchitecture(
  _ argument: String, fitting config: ModelConfig? = nil
) throws(ArchitectureFileFault) -> Architecture {
  let isPublished = Architecture.publishedNames.contains(argument)
  let source = argument == "-" ? "standard input" : argument
  let json = isPublished ? nil : try value(try text(argument, source: source), path: argument, source: source)
  guard let json else {
    return try mappingError(of: Architecture(name: argument, fitting: config), to: ArchitectureFileFault.invalid)
  }
  return try mappingError(
    of: Architecture(json: json, source: source, fitting: config), to: ArchitectureFileFault.invalid)
}

private func text(_ argument: String, source: String) throws(ArchitectureFileFault) -> String {
  let bytes: [UInt8]
  do {
    bytes = try readAll(argument, source: source, limit: sizeLimit)
  } catch .unreadable(.cannotRead(_, let reason)) where reason.code == ENOENT && isNameLike(argument) {
    throw .invalid(.unknownArchitecture(name: argument))
  }
  // A byte order mark, as some editors write it, is no part of the text.
  let mark: [UInt8] = [0xef, 0xbb, 0xbf]
  let content = bytes.starts(with: mark) ? bytes[3...] : bytes[...]
  guard let text = String(validating: content, as: UTF8.self) else { throw .notText(source: source) }
  return text
}

/// Whether somebody who wrote this meant a name: it has neither a folder nor an extension.
private func isNameLike(_ argument: String) -> Bool { !argument.contains("/") && !argument.contains(".") }

/// The value that a text holds: JSON if it is that, else YAML, unless the path's extension speaks against it.
private func value(_ text: String, path: String, source: String) throws(ArchitectureFileFault) -> JSONValue {
  func has(_ extensions: String...) -> Bool { extensions.contains { path.lowercased().hasSuffix(".\($0)") } }
  do {
    return try JSONValue(parsing: text)
  } catch {
    let lines = text.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
    if lines.count > 1, lines.allSatisfy({ (try? JSONValue(parsing: String($0)))?.object != nil }) {
      throw .severalLines(source: source, count: lines.count)
    }
    let first = text.first { !$0.isWhitespace }
    let isJSON = has("json", "jsonl") || (!has("yaml", "yml") && (first == "{" || first == "[" || first == nil))
    if isJSON { throw .invalid(.notJSON(source: source, error)) }
    return try YAMLReader.value(text, source: source)
  }
}
