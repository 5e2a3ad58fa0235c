import LHConfiguration
import LHJSON
import LHModel
import LHSupernet

/// The JSON text of a file: everything about a model but its tensors. Of a subnet, which versions 1 and 2 hold, it has
/// configuration and architecture; of a model that was taken whole (version 3), family and shape.
struct SubnetHeader {
  let model: ModelDescription
  let provenance: Provenance

  init(model: ModelDescription, provenance: Provenance) {
    self.model = model
    self.provenance = provenance
  }

  var text: String {
    switch model {
    case .subnet(let config, let architecture):
      JSONValue.object([
        "architecture": architecture.json,
        "config": config.json,
        "provenance": provenance.json,
      ]).text()
    case .whole(let model):
      JSONValue.object([
        "container": .string(model.container),
        "family": .string(model.family.rawValue),
        "provenance": provenance.json,
        "shape": model.shape.json,
      ]).text()
    }
  }

  /// Reads the text. Members that are not known are ignored here and in the provenance, where nothing changes the
  /// result, and refused in the configuration, the architecture and the shape, where they might.
  init(parsing text: UnsafeRawBufferPointer, version: UInt32, path: String) throws(SubnetFileFault) {
    let json: JSONValue
    do throws(JSONFault) {
      json = try JSONValue(parsing: text, depthLimit: 16)
    } catch {
      throw .malformedJSON(path: path, error)
    }
    func member(_ name: String) throws(SubnetFileFault) -> JSONValue {
      guard let value = json[name], value.object != nil else {
        throw .wrongMember(path: path, member: name, expected: "an object")
      }
      return value
    }
    if version < FileFormat.firstVersionOfWholeModels {
      model = try SubnetHeader.subnet(try member("architecture"), try member("config"), path: path)
    } else {
      model = .whole(
        WholeModel(
          family: try SubnetHeader.family(json["family"], path: path),
          container: try SubnetHeader.container(json["container"], path: path),
          shape: try SubnetHeader.shape(try member("shape"), path: path)))
    }
    provenance = try Provenance(json: try member("provenance"), path: path)
  }

  static func subnet(
    _ architectureJSON: JSONValue, _ configJSON: JSONValue, path: String
  ) throws(SubnetFileFault) -> ModelDescription {
    let config: ModelConfig
    let architecture: Architecture
    do throws(SubnetFault) {
      config = try ModelConfig(json: configJSON)
      architecture = try Architecture(json: architectureJSON, source: "the header's architecture", fitting: config)
    } catch {
      throw .wrongSubnet(path: path, error)
    }
    guard architecture.json == architectureJSON else {
      throw .wrongMember(path: path, member: "architecture", expected: "in the form that extraction writes")
    }
    return .subnet(config: config, architecture: architecture)
  }

  static func family(_ json: JSONValue?, path: String) throws(SubnetFileFault) -> ModelFamily {
    guard let family = json?.string.flatMap(ModelFamily.init(rawValue:)) else {
      let names = ModelFamily.allCases.map(\.rawValue).joined(separator: ", ")
      throw .wrongMember(path: path, member: "family", expected: "one of \(names)")
    }
    return family
  }

  static func container(_ json: JSONValue?, path: String) throws(SubnetFileFault) -> String {
    let longest = 64
    guard let text = json?.string, (1...longest).contains(text.utf8.count),
      text.utf8.allSatisfy({ (0x20..<0x7f).contains($0) })
    else {
      throw .wrongMember(path: path, member: "container", expected: "1 to \(longest) printable characters")
    }
    return text
  }

  static func shape(_ json: JSONValue, path: String) throws(SubnetFileFault) -> EncoderShape {
    let shape: EncoderShape
    do throws(Violations) {
      shape = try EncoderShape(json: json)
    } catch {
      throw .wrongShapeOfModel(path: path, error.list)
    }
    guard shape.json == json else {
      throw .wrongMember(path: path, member: "shape", expected: "in the form that extraction writes")
    }
    return shape
  }
}

extension ModelDescription {
  /// The oldest version of the format that has what the header needs.
  var firstVersion: UInt32 {
    switch self {
    case .subnet: 1
    case .whole: FileFormat.firstVersionOfWholeModels
    }
  }
}
