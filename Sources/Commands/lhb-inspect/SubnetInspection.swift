import LHCommandSupport
import LHJSON
import LHModel
import LHSubnetFile
import LHSupernet
import LHSystem

/// Shows a subnet file.
struct SubnetInspection {
  private let reader: SubnetReader
  private let isVerified: Bool
  /// What is wrong with a tensor, by its name.
  private let faults: [String: SubnetFileFault]

  init(_ reader: SubnetReader, verifying: Bool) {
    self.reader = reader
    isVerified = verifying
    faults = verifying ? SubnetInspection.faults(of: reader) : [:]
  }

  private static func faults(of reader: SubnetReader) -> [String: SubnetFileFault] {
    var faults: [String: SubnetFileFault] = [:]
    for entry in reader.entries {
      do throws(SubnetFileFault) {
        _ = try reader.tensor(entry)
      } catch {
        faults[entry.name] = error
      }
    }
    return faults
  }

  var inspection: Inspection {
    Inspection(json: json, table: table, fault: reader.entries.lazy.compactMap { faults[$0.name] }.first)
  }

  private var parameters: Int {
    ParameterCount(reader.shape, maskEmbedding: reader.model.maskEmbedding).total
  }

  private var json: JSONValue {
    var object: JSONObject = [
      "file": .string(reader.path),
      "kind": .string(reader.model.architecture == nil ? "model" : "subnet"),
      "format_version": .integer(reader.version),
      "size": .integer(reader.byteCount),
    ]
    for member in reader.shape.description(of: reader.model, reader.provenance).members {
      object[member.name] = member.value
    }
    object["verified"] = isVerified ? .bool(faults.isEmpty) : .null
    var elementTypes: JSONObject = [:]
    for (type, entries) in types {
      let size = entries.reduce(0) { $0 + $1.range.count }
      elementTypes[type.name] = .object(["tensors": .integer(entries.count), "size": .integer(size)])
    }
    object["element_types"] = .object(elementTypes)
    object["tensors"] = .array(reader.entries.map(json))
    return .object(object)
  }

  private func json(_ entry: TensorEntry) -> JSONValue {
    var object: JSONObject = [
      "name": .string(entry.name),
      "shape": .array(entry.shape.map(JSONValue.integer)),
      "dtype": .string(entry.elementType.name),
      "encoding": .string(entry.encoding.name),
      "offset": .integer(entry.range.lowerBound),
      "size": .integer(entry.range.count),
      "xxh64": .string(entry.checksumText),
      "sound": isVerified ? .bool(faults[entry.name] == nil) : .null,
    ]
    if entry.elementType == .int8 {
      object["outliers"] = (try? reader.outliers(of: entry)).map { .array($0.map(JSONValue.integer)) } ?? .null
    }
    return .object(object)
  }

  /// The element types that occur, and their tensors.
  private var types: [(type: StoredElementType, entries: [TensorEntry])] {
    StoredElementType.allCases
      .map { type in (type, reader.entries.filter { $0.elementType == type }) }
      .filter { !$0.1.isEmpty }
  }

  /// For example "2 tensors as float16 (1.20 MB), 75 as int8 (20.1 MB, 40 outliers)".
  private var storage: String {
    types.map { type, entries in
      let size = Formatting.size(entries.reduce(0) { $0 + $1.range.count })
      let outliers = entries.reduce(0) { $0 + $1.outlierCount }
      return "\(entries.count) \(entries.count == 1 ? "tensor" : "tensors") as \(type.name) (\(size)"
        + (outliers > 0 ? ", \(outliers) \(outliers == 1 ? "outlier" : "outliers"))" : ")")
    }.joined(separator: ", ")
  }

  private var table: String {
    let provenance = reader.provenance
    let facts =
      [
        ("file", "\(reader.path), .lhb version \(reader.version), \(Formatting.size(reader.byteCount))")
      ] + modelFacts + [
        ("parameters", Formatting.grouped(parameters)),
        ("compute", ModelText.operations(reader.shape)),
        ("waveform", waveform),
        ("stored", storage),
        ("source", "\(provenance.source), \(Formatting.size(provenance.sourceSize))"),
        ("source SHA-256", provenance.sourceSHA256),
        ("written", "\(provenance.date) by \(provenance.tool), weights \(provenance.weights.rawValue)"),
        ("checksums", verdict),
      ]
    let rows = reader.entries.map { entry in
      [
        entry.name, TextTable.shape(entry.shape), text(of: entry), entry.encoding.name,
        Formatting.grouped(entry.range.count), entry.checksumText,
        !isVerified ? "not checked" : faults[entry.name] == nil ? "sound" : "DAMAGED",
      ]
    }
    return TextTable.facts(facts) + "\n"
      + TextTable.rows(["tensor", "shape", "type", "encoding", "bytes", "xxh64", "checksum"], rows)
  }

  /// What the model is.
  private var modelFacts: [(label: String, text: String)] {
    switch reader.model {
    case .subnet(let config, let architecture):
      [
        ("subnet", ModelText.summary(of: architecture)),
        ("search space", ModelText.spaces(of: architecture)),
        ("supernet", ModelText.supernet(config)),
      ]
    case .whole(let model): model.facts
    }
  }

  private var waveform: String {
    reader.model.config.map(ModelText.normalization(of:)) ?? ModelText.normalization(of: reader.shape)
  }

  /// For example "int8, 3 outliers".
  private func text(of entry: TensorEntry) -> String {
    guard entry.outlierCount > 0 else { return entry.elementType.name }
    return "\(entry.elementType.name), \(entry.outlierCount) \(entry.outlierCount == 1 ? "outlier" : "outliers")"
  }

  private var verdict: String {
    guard isVerified else { return "not verified, but for the header's" }
    let count = reader.entries.count
    return faults.isEmpty
      ? "all right: header and \(count) tensors" : "\(faults.count) of \(count) tensors are DAMAGED"
  }
}
