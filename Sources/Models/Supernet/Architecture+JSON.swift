import LHConfiguration
public import LHJSON
public import LHModel

extension Architecture {
  /// The architecture that a text stands for: a published name ("small-default"), else JSON in the published form.
  ///
  ///     try Architecture(#"{"embed_dim": 384, "heads_num": 6, "ffn_ratio": 4, "layer_num": 12}"#)
  ///
  /// - Parameters:
  ///   - text: A text that begins like an object or a list is JSON, any other a name.
  ///   - config: The supernet that it must fit; nil when that is not known yet.
  /// - Throws: `SubnetFault`, with every rule that is broken.
  public init(_ text: String, fitting config: ModelConfig? = nil) throws(SubnetFault) {
    guard let first = text.first(where: { !$0.isWhitespace }), first == "{" || first == "[" else {
      self = try Architecture(name: text, fitting: config)
      return
    }
    let json: JSONValue
    do throws(JSONFault) {
      json = try JSONValue(parsing: text)
    } catch {
      throw .notJSON(source: "architecture", error)
    }
    self = try Architecture(json: json, source: "architecture", fitting: config)
  }

  /// The architecture that a JSON value describes: the published form, or an object that has it under `subnet` or
  /// `architecture`, beside whatever else.
  ///
  /// `ffn_ratio` may stand for `ffn_embed`, `atten_dim` for `heads_num`, one value for a list of equal ones, and
  /// `slide_wsz` may be missing. Every violation is found before an error is thrown.
  ///
  /// - Parameters:
  ///   - source: Where it comes from, for messages.
  ///   - config: The supernet that it must fit; nil when that is not known yet.
  public init(json: JSONValue, source: String, fitting config: ModelConfig? = nil) throws(SubnetFault) {
    var reader = ArchitectureReader(try Architecture.published(in: json, source: source))
    let draft = reader.draft()
    let violations = reader.violations + draft.violations(in: config)
    guard violations.isEmpty, let embedDim = draft.embedDim else {
      throw .invalidArchitecture(source: source, violations)
    }
    // Without violations nothing is unknown.
    self.init(
      embedDim: embedDim, headCounts: draft.headCounts.compactMap { $0 }, ffnDims: draft.ffnDims.compactMap { $0 },
      windows: draft.windowSizes.map { $0.map(AttentionWindow.sliding(size:)) ?? .global })
  }

  /// This architecture in the published form.
  public var json: JSONValue {
    .object([
      "atten_dim": .array(attentionDims.map(JSONValue.integer)),
      "embed_dim": .integer(embedDim),
      "ffn_embed": .array(ffnDims.map(JSONValue.integer)),
      "heads_num": .array(headCounts.map(JSONValue.integer)),
      "layer_num": .integer(layerCount),
      "slide_wsz": .array(windows.map(\.json)),
    ])
  }

  /// The object that has the fields, found in its wrapping.
  private static func published(in json: JSONValue, source: String) throws(SubnetFault) -> JSONObject {
    let expected = "an object with \(ArchitectureReader.fieldNames), or one that has it under subnet or architecture"
    guard let object = json.object else {
      throw .notAnArchitecture(source: source, found: shown(json), expected: expected)
    }
    let wraps = ["subnet", "architecture"].filter { object[$0] != nil }
    guard let wrap = wraps.first else { return object }
    let others = wraps.dropFirst() + ArchitectureReader.fields.filter { object[$0] != nil }
    guard others.isEmpty else {
      throw .notAnArchitecture(
        source: source, found: "an object with \(wrap) and \(others.joined(separator: ", "))",
        expected: "one architecture")
    }
    guard let inner = object[wrap]?.object else {
      throw .notAnArchitecture(
        source: source, found: "an object with \(shown(object[wrap] ?? .null)) under \(wrap)", expected: expected)
    }
    return inner
  }
}

extension AttentionWindow {
  /// "global" or the size, as in `slide_wsz`.
  public var json: JSONValue {
    switch self {
    case .global: .string("global")
    case .sliding(let size): .integer(size)
    }
  }
}

/// Reads the fields of the published form. What is wrong is remembered, and unknown in the draft.
private struct ArchitectureReader {
  static let fields = ["atten_dim", "embed_dim", "ffn_embed", "ffn_ratio", "heads_num", "layer_num", "slide_wsz"]
  static let fieldNames = "embed_dim, heads_num, ffn_embed, layer_num"

  private let object: JSONObject
  private(set) var violations: [Violation] = []

  init(_ object: JSONObject) { self.object = object }

  mutating func draft() -> ArchitectureDraft {
    let unknown = object.members.filter { !ArchitectureReader.fields.contains($0.name) }
    // Another kind of file altogether may have any number of them.
    for member in unknown.prefix(20) {
      let name = String(quoted(member.name).dropFirst().dropLast())
      refuse(name, "not a field of an architecture", "\(ArchitectureReader.fields.joined(separator: ", ")) only")
    }
    let embedDim = number("embed_dim")
    let layerCount = number("layer_num")
    return ArchitectureDraft(
      embedDim: embedDim, layerCount: layerCount, headCounts: headCounts(layerCount),
      ffnDims: ffnDims(layerCount, embedDim: embedDim), windowSizes: windowSizes(layerCount))
  }

  private mutating func refuse(_ field: String, layer: Int? = nil, _ value: String, _ allowed: String) {
    violations.append(Violation(field: field, layer: layer, value: value, allowed: allowed))
  }

  private mutating func number(_ field: String) -> Int? {
    guard let value = object[field] else {
      refuse(field, "missing", "a whole number")
      return nil
    }
    if let number = value.integer { return number }
    refuse(field, shown(value), "a whole number")
    return nil
  }

  /// The values of a field, one a layer; nil when the field is missing, elements nil where they are wrong.
  private mutating func list<Value>(
    _ field: String, _ layerCount: Int?, of expected: String, _ convert: (JSONValue) -> Value?
  ) -> [Value?]? {
    guard let value = object[field] else { return nil }
    guard let elements = value.array else {
      // One value for all layers. An absurd depth is refused by the rules, and not spread.
      guard let single = convert(value) else {
        refuse(field, shown(value), "\(expected), or a list of them")
        return []
      }
      guard let layerCount, Limits.layers.contains(layerCount) else { return [] }
      return Array(repeating: single, count: layerCount)
    }
    guard elements.count <= Limits.layers.upperBound else {
      refuse(field, "a list of \(elements.count)", "a list of layer_num")
      return []
    }
    if let layerCount, layerCount != elements.count {
      refuse(field, "a list of \(elements.count)", "a list of \(layerCount), as layer_num says")
    }
    var values: [Value?] = []
    for (layer, element) in elements.enumerated() {
      let converted = convert(element)
      if converted == nil { refuse(field, layer: layer, shown(element), expected) }
      values.append(converted)
    }
    return values
  }

  private mutating func headCounts(_ layerCount: Int?) -> [Int?] {
    let heads = list("heads_num", layerCount, of: "a whole number", \.integer)
    let widths = list("atten_dim", layerCount, of: "64 times a number of heads") { value -> Int? in
      value.integer.flatMap { $0.isMultiple(of: Architecture.headSize) ? $0 / Architecture.headSize : nil }
    }
    if let heads, let widths {
      for (layer, (count, width)) in zip(heads, widths).enumerated() {
        guard let count, let width, count != width else { continue }
        refuse("atten_dim", layer: layer, "64 times \(width)", "64 times heads_num, which is \(count)")
      }
    }
    if heads == nil && widths == nil { refuse("heads_num", "missing", "a whole number for each layer") }
    return heads ?? widths ?? []
  }

  private mutating func ffnDims(_ layerCount: Int?, embedDim: Int?) -> [Int?] {
    let dims = list("ffn_embed", layerCount, of: "a whole number", \.integer)
    let largest = Double(Limits.width.upperBound)
    let ratios = list("ffn_ratio", layerCount, of: "a number above 0") { value -> Double? in
      value.number.flatMap { $0 > 0 && $0 <= largest ? $0 : nil }
    }
    let products = ratios?.map { ratio -> Int? in
      guard let ratio, let embedDim, Limits.width.contains(embedDim) else { return nil }
      return Int(ratio * Double(embedDim))
    }
    if let dims, let ratios, let products {
      for (layer, (dim, product)) in zip(dims, products).enumerated() {
        guard let dim, let product, dim != product, let ratio = ratios[layer] else { continue }
        refuse("ffn_ratio", layer: layer, "\(ratio), which makes \(product)", "the ratio of ffn_embed, which is \(dim)")
      }
    }
    if dims == nil && ratios == nil { refuse("ffn_embed", "missing", "a whole number for each layer (or ffn_ratio)") }
    return dims ?? products ?? []
  }

  /// Sizes; nil for global.
  private mutating func windowSizes(_ layerCount: Int?) -> [Int?] {
    let windows = list("slide_wsz", layerCount, of: "\"global\" or an even number above 0") {
      value -> AttentionWindow? in
      value == .string("global") ? .global : value.integer.map(AttentionWindow.sliding(size:))
    }
    guard let windows else {
      return Array(repeating: nil, count: min(max(layerCount ?? 0, 0), Limits.layers.upperBound))
    }
    return windows.map { if case .sliding(let size)? = $0 { size } else { nil } }
  }
}
