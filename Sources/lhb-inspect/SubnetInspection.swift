import CommandSupport
import Faults
import JSON
import Subnet
import SubnetFile
import Tensors

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
        _ = try reader.tensor(entry.name)
      } catch {
        faults[entry.name] = error
      }
      reader.release(entry.name)
    }
    return faults
  }

  var inspection: Inspection {
    Inspection(json: json, table: table, fault: reader.entries.lazy.compactMap { faults[$0.name] }.first)
  }

  private var parameters: Int {
    ParameterCount(config: reader.config, architecture: reader.architecture).total
  }

  private var json: JSONValue {
    var object: JSONObject = [
      "file": .string(reader.path),
      "kind": .string("subnet"),
      "format_version": .integer(1),
      "size": .integer(reader.byteCount),
    ]
    let description = SubnetDescription(
      config: reader.config, architecture: reader.architecture, provenance: reader.provenance)
    for member in description.json.members { object[member.name] = member.value }
    object["verified"] = isVerified ? .bool(faults.isEmpty) : .null
    object["tensors"] = .array(reader.entries.map(json))
    return .object(object)
  }

  private func json(_ entry: TensorEntry) -> JSONValue {
    .object([
      "name": .string(entry.name),
      "shape": .array(entry.shape.map(JSONValue.integer)),
      "dtype": .string(entry.elementType.rawValue),
      "encoding": .string(entry.encoding.name),
      "offset": .integer(entry.range.lowerBound),
      "size": .integer(entry.range.count),
      "xxh64": .string(entry.checksumText),
      "sound": isVerified ? .bool(faults[entry.name] == nil) : .null,
    ])
  }

  private var table: String {
    let provenance = reader.provenance
    let facts = [
      ("file", "\(reader.path), .lhb version 1, \(Formatting.size(reader.byteCount))"),
      ("subnet", ModelText.summary(of: reader.architecture)),
      ("search space", ModelText.spaces(of: reader.architecture)),
      ("supernet", ModelText.supernet(reader.config)),
      ("parameters", Formatting.grouped(parameters)),
      ("compute", ModelText.operations(config: reader.config, architecture: reader.architecture)),
      ("waveform", ModelText.normalization(of: reader.config)),
      ("source", "\(provenance.source), \(Formatting.size(provenance.sourceSize))"),
      ("source SHA-256", provenance.sourceSHA256),
      ("written", "\(provenance.date) by \(provenance.tool), weights \(provenance.weights.rawValue)"),
      ("checksums", verdict),
    ]
    let rows = reader.entries.map { entry in
      [
        entry.name, TextTable.shape(entry.shape), entry.elementType.rawValue, entry.encoding.name,
        Formatting.grouped(entry.range.count), entry.checksumText,
        !isVerified ? "not checked" : faults[entry.name] == nil ? "sound" : "DAMAGED",
      ]
    }
    return TextTable.facts(facts) + "\n"
      + TextTable.rows(["tensor", "shape", "type", "encoding", "bytes", "xxh64", "checksum"], rows)
  }

  private var verdict: String {
    guard isVerified else { return "not verified, but for the header's" }
    let count = reader.entries.count
    return faults.isEmpty
      ? "all right: header and \(count) tensors" : "\(faults.count) of \(count) tensors are DAMAGED"
  }
}
