import LHCommandSupport
import LHImport
import LHJSON

/// Shows a Hugging Face folder, a safetensors file, or the index of several files.
struct PretrainedInspection {
  private let content: PretrainedContent

  init(_ content: PretrainedContent) { self.content = content }

  var inspection: Inspection { Inspection(json: json, table: table) }

  private var json: JSONValue {
    var object: JSONObject = [
      "file": .string(content.path),
      "kind": .string("pretrained"),
      "size": .integer(content.byteCount),
      "files": .array(content.files.map(JSONValue.string)),
    ]
    switch content.model {
    case .success(let model): object["model"] = model.json
    case .failure(let fault):
      object["model"] = .null
      object["problem"] = .string("\(fault)")
    }
    object["tensors"] = .array(
      content.tensors.map { tensor in
        .object([
          "name": .string(tensor.name),
          "shape": .array(tensor.shape.map(JSONValue.integer)),
          "dtype": .string(tensor.formatName),
        ])
      })
    return .object(object)
  }

  private var table: String {
    var facts = [(label: "file", text: "\(content.path), \(Formatting.size(content.byteCount)) of weights")]
    if content.files != [content.path] { facts += content.files.map { ("weights", $0) } }
    switch content.model {
    case .success(let model): facts += model.facts
    case .failure(let fault): facts.append(("model", "none that is known: \(fault)"))
    }
    let rows = content.tensors.map { [$0.name, TextTable.shape($0.shape), $0.formatName] }
    return TextTable.facts(facts) + "\n" + TextTable.rows(["tensor", "shape", "type"], rows)
  }
}
