public import LHJSON

/// Where a subnet file comes from. Nothing in it changes what is computed.
public struct Provenance: Sendable, Hashable {
  /// File name of the checkpoint, without its folder.
  public var source: String
  /// Size of the checkpoint in bytes.
  public var sourceSize: Int
  /// SHA-256 of the checkpoint, 64 lower-case hexadecimal digits.
  public var sourceSHA256: String
  /// The program that wrote the file, with its version.
  public var tool: String
  /// When, for example "2026-01-31T12:00:00Z".
  public var date: String
  /// How the stored element types were chosen.
  public var weights: WeightsChoice

  /// A provenance. Of `source`, which may be a path, only the part after the last slash is kept.
  public init(
    source: String, sourceSize: Int, sourceSHA256: String = Provenance.unknownDigest, tool: String, date: String,
    weights: WeightsChoice
  ) {
    self.source = source.utf8.last == UInt8(ascii: "/") ? "" : String(source.split(separator: "/").last ?? "")
    self.sourceSize = sourceSize
    self.sourceSHA256 = sourceSHA256
    self.tool = tool
    self.date = date
    self.weights = weights
  }

  /// Stands for a digest that is still being computed.
  public static let unknownDigest = String(repeating: "0", count: 64)

  /// As in the header.
  public var json: JSONValue {
    .object([
      "source": .string(source),
      "source_size": .integer(sourceSize),
      "source_sha256": .string(sourceSHA256),
      "tool": .string(tool),
      "date": .string(date),
      "weights": .string(weights.rawValue),
    ])
  }

  init(json: JSONValue, path: String) throws(SubnetFileFault) {
    func wrong(_ member: String, _ expected: String) -> SubnetFileFault {
      .wrongMember(path: path, member: "provenance.\(member)", expected: expected)
    }
    func text(_ member: String) throws(SubnetFileFault) -> String {
      guard let text = json[member]?.string else { throw wrong(member, "a string") }
      return text
    }
    source = try text("source")
    guard !source.utf8.contains(UInt8(ascii: "/")) else { throw wrong("source", "a file name without a folder") }
    guard let size = json["source_size"]?.integer, size >= 0 else { throw wrong("source_size", "a number of bytes") }
    sourceSize = size
    sourceSHA256 = try text("source_sha256")
    let isDigest =
      sourceSHA256.utf8.count == 64
      && sourceSHA256.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    guard isDigest else { throw wrong("source_sha256", "64 lower-case hexadecimal digits") }
    tool = try text("tool")
    date = try text("date")
    guard Provenance.isDate(date) else { throw wrong("date", "like 2026-01-31T12:00:00Z") }
    guard let choice = WeightsChoice(rawValue: try text("weights")) else {
      throw wrong("weights", WeightsChoice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    weights = choice
  }

  private static func isDate(_ text: String) -> Bool {
    let pattern = "0000-00-00T00:00:00Z"
    return text.utf8.count == pattern.utf8.count
      && zip(text.utf8, pattern.utf8).allSatisfy { byte, model in
        model == UInt8(ascii: "0") ? (0x30...0x39).contains(byte) : byte == model
      }
  }
}
