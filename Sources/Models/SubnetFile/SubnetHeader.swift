import LHJSON
import LHSupernet

/// The JSON text of a file: everything about a subnet but its tensors.
struct SubnetHeader {
  let config: ModelConfig
  let architecture: Architecture
  let provenance: Provenance

  init(config: ModelConfig, architecture: Architecture, provenance: Provenance) {
    self.config = config
    self.architecture = architecture
    self.provenance = provenance
  }

  var text: String {
    JSONValue.object([
      "architecture": architecture.json,
      "config": config.json,
      "provenance": provenance.json,
    ]).text()
  }

  /// Reads the text. Members that are not known are ignored here and in the provenance, where nothing changes the
  /// result, and refused in the configuration and the architecture, where they might.
  init(parsing text: UnsafeRawBufferPointer, path: String) throws(SubnetFileFault) {
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
    let architectureJSON = try member("architecture")
    let configJSON = try member("config")
    do throws(SubnetFault) {
      config = try ModelConfig(json: configJSON)
      architecture = try Architecture(json: architectureJSON, source: "the header's architecture", fitting: config)
    } catch {
      throw .wrongSubnet(path: path, error)
    }
    guard architecture.json == architectureJSON else {
      throw .wrongMember(path: path, member: "architecture", expected: "in the form that extraction writes")
    }
    provenance = try Provenance(json: try member("provenance"), path: path)
  }
}
