package import LHJSON

/// A text in quotes, on one line and not too long to read.
package func quoted(_ text: String) -> String {
  var shown = ""
  for scalar in text.unicodeScalars.prefix(80) {
    let isControl = scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value)
    shown.unicodeScalars.append(isControl ? " " : scalar)
  }
  return "\"\(shown)\(text.unicodeScalars.count > 80 ? "…" : "")\""
}

/// A value as it is written in JSON, not too long to read.
package func shown(_ value: JSONValue) -> String {
  if let text = value.string { return quoted(text) }
  let limit = 60
  // Only what fits is written out: the value may be large.
  switch value {
  case .array(let elements) where elements.count > limit: return "a list of \(elements.count) elements"
  case .array, .object:
    let text = value.text()
    return text.count > limit ? "\(text.prefix(limit))…" : text
  default: return value.text()
  }
}

/// The first few of what may be many, in one line.
///
/// - Parameters:
///   - separator: Between two items.
///   - last: Before the last item, when all are shown.
package func firstFew(
  _ items: [some CustomStringConvertible], separator: String = "; ", last: String? = nil
) -> String {
  let limit = 6
  let shown = items.prefix(limit).map(\.description)
  guard items.count > limit else {
    guard let last, let end = shown.last, shown.count > 1 else { return shown.joined(separator: separator) }
    return shown.dropLast().joined(separator: separator) + last + end
  }
  return shown.joined(separator: separator) + (last ?? "\(separator)and ") + "\(items.count - limit) more"
}
