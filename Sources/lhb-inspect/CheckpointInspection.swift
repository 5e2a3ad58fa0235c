import Checkpoint
import CommandSupport
import Files
import JSON
import Subnet

/// Shows a checkpoint.
struct CheckpointInspection {
  private let checkpoint: Checkpoint
  private let tensors: [TensorSummary]
  private let supernet: Result<ModelConfig, SubnetFault>

  init(_ checkpoint: Checkpoint) {
    self.checkpoint = checkpoint
    tensors = checkpoint.tensorNames.compactMap { checkpoint.summary(of: $0) }
    supernet = Result { () throws(SubnetFault) in
      let config = try ModelConfig(checkpointConfiguration: checkpoint.configuration)
      try config.check { checkpoint.summary(of: $0)?.shape }
      return config
    }
  }

  var inspection: Inspection { Inspection(json: json, table: table) }

  /// The published spaces whose every subnet can be cut from a supernet.
  private func spaces(within config: ModelConfig) -> [String] {
    SearchSpace.published.filter { $0.maximum.violations(in: config).isEmpty }.map(\.name)
  }

  private var json: JSONValue {
    var object: JSONObject = [
      "file": .string(checkpoint.path),
      "kind": .string("checkpoint"),
      "size": .integer(checkpoint.file.byteCount),
      "container": .string(checkpoint.container.rawValue),
    ]
    switch supernet {
    case .success(let config):
      object["is_supernet"] = .bool(true)
      object["config"] = config.json
      object["normalizes_waveform"] = .bool(config.normalizesWaveform)
      object["search_spaces"] = .array(spaces(within: config).map(JSONValue.string))
      object["parameters"] = .integer(
        ParameterCount(config: config, architecture: config.wholeArchitecture).total)
      object["macs_per_second"] = .integer(
        MultiplyAccumulates.perSecond(config: config, architecture: config.wholeArchitecture))
    case .failure(let fault):
      object["is_supernet"] = .bool(false)
      object["problem"] = .string("\(fault)")
    }
    object["checkpoint_config"] = checkpoint.configuration
    object["tensors"] = .array(
      tensors.map { tensor in
        .object([
          "name": .string(tensor.name),
          "shape": .array(tensor.shape.map(JSONValue.integer)),
          "dtype": .string(tensor.formatName),
        ])
      })
    return .object(object)
  }

  private var table: String {
    let size = Formatting.size(checkpoint.file.byteCount)
    var facts = [("file", "\(checkpoint.path), PyTorch checkpoint (\(checkpoint.container.rawValue)), \(size)")]
    switch supernet {
    case .success(let config):
      let whole = config.wholeArchitecture
      let spaces = spaces(within: config)
      facts += [
        ("supernet", ModelText.supernet(config)),
        ("search spaces", spaces.isEmpty ? "none of the published ones" : spaces.joined(separator: ", ")),
        ("parameters", Formatting.grouped(ParameterCount(config: config, architecture: whole).total)),
        ("compute", ModelText.operations(config: config, architecture: whole)),
        ("waveform", ModelText.normalization(of: config)),
      ]
      if let object = config.json.object {
        facts += object.members.map { ($0.name, $0.value.text()) }
      }
    case .failure(let fault):
      facts.append(("supernet", "no: \(fault)"))
    }
    let rows = tensors.map { [$0.name, TextTable.shape($0.shape), $0.formatName] }
    return TextTable.facts(facts) + "\n" + TextTable.rows(["tensor", "shape", "type"], rows)
  }
}
