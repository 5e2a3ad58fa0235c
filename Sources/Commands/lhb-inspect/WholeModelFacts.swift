import LHCommandSupport
import LHImport
import LHJSON
import LHModel
import LHSubnetFile

extension WholeModel {
  /// What a model is that was taken whole, in words.
  var facts: [(label: String, text: String)] {
    [
      ("model", "\(family.name): \(ModelText.summary(of: shape))"),
      ("extractor", ModelText.extractor(of: shape)),
      ("graph", ModelText.graph(of: shape)),
      ("container", container),
    ]
  }
}

extension PretrainedModel {
  /// What was recognised, in words.
  var facts: [(label: String, text: String)] {
    [("recognised", summary)] + whole.facts + [
      ("parameters", Formatting.grouped(ParameterCount(shape, maskEmbedding: 0).total)),
      ("compute", ModelText.operations(shape)),
      ("waveform", ModelText.normalization(of: shape)),
    ] + notes.map { ("note", $0) }
  }

  /// What was recognised, as values: a line of it, notes, and what a model file tells of its shape.
  var json: JSONValue {
    var object: JSONObject = [
      "summary": .string(summary),
      "container": .string(whole.container),
      "notes": .array(notes.map(JSONValue.string)),
    ]
    for member in shape.description(of: .whole(whole), nil).members where member.value != .null {
      object[member.name] = member.value
    }
    return .object(object)
  }
}
