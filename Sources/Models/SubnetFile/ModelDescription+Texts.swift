import LHJSON
import LHModel
import LHSupernet
import LHSystem

/// A model's description in texts with names, as a safetensors file has them beside its tensors.
extension ModelDescription {
  /// The name of a text that says that the others are there, and the version of their form that is written.
  package static let textsKey = "lighthubert"
  package static let textsVersion = "1"

  /// Family and shape, of a subnet also configuration and architecture, of another model also what it came in. All but
  /// names are JSON texts.
  package var texts: [(name: String, text: String)] {
    switch self {
    case .subnet(let config, let architecture):
      [
        ("family", family.rawValue), ("shape", shape.json.text()), ("config", config.json.text()),
        ("architecture", architecture.json.text()),
      ]
    case .whole(let model):
      [("family", family.rawValue), ("shape", shape.json.text()), ("container", model.container)]
    }
  }

  /// The description that `texts` gave. What stands beside it is ignored; what says the same twice must agree.
  ///
  /// - Parameter path: The file that they are from, for messages.
  package init(texts: [String: String], path: String) throws(SubnetFileFault) {
    func json(_ name: String) throws(SubnetFileFault) -> JSONValue {
      guard let text = texts[name] else { throw .wrongMember(path: path, member: name, expected: "a JSON text") }
      return try mappingError(of: JSONValue(parsing: Array(text.utf8), depthLimit: 16)) { (fault: JSONFault) in
        SubnetFileFault.malformedJSON(path: path, fault)
      }
    }
    let family = try SubnetHeader.family(texts["family"].map(JSONValue.string), path: path)
    let shape = try SubnetHeader.shape(try json("shape"), path: path)
    if texts["architecture"] != nil || texts["config"] != nil {
      self = try SubnetHeader.subnet(try json("architecture"), try json("config"), path: path)
    } else {
      let container = try SubnetHeader.container(texts["container"].map(JSONValue.string), path: path)
      self = .whole(WholeModel(family: family, container: container, shape: shape))
    }
    guard self.family == family, self.shape == shape else {
      throw .wrongMember(
        path: path, member: self.family == family ? "shape" : "family", expected: "that of the subnet")
    }
  }
}
