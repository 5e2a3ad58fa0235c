import LHCommandSupport
import LHImport
import LHJSON
import LHModel
import LHSupernet
import LHSupernetCheckpoint
import LHSystem
import LHTorch

/// Shows a checkpoint.
struct CheckpointInspection {
  private let checkpoint: Checkpoint
  private let tensors: [TensorSummary]
  private let supernet: Result<SupernetReading, SubnetFault>
  /// What it is when it is no supernet: a model that is taken whole, or none that is known.
  private let model: Result<PretrainedModel, ExtractionFault>?

  init(_ checkpoint: Checkpoint) {
    self.checkpoint = checkpoint
    tensors = checkpoint.tensorNames.compactMap { checkpoint.summary(of: $0) }
    supernet = Result { () throws(SubnetFault) in
      try SupernetReading(
        configurations: checkpoint.configurations, keys: checkpoint.keyWords, tensors: checkpoint.tensorNames,
        shapeOf: { checkpoint.summary(of: $0)?.shape }, otherEntry: checkpoint.otherEntry)
    }
    model =
      if case .failure = supernet {
        Result { () throws(ExtractionFault) in try PretrainedModel(contentsOf: checkpoint.path) }
      } else {
        nil
      }
  }

  var inspection: Inspection { Inspection(json: json, table: table) }

  /// The published spaces whose every subnet can be cut from a supernet.
  private func spaces(within config: ModelConfig) -> [String] {
    SearchSpace.published.filter { $0.maximum.violations(in: config).isEmpty }.map(\.name)
  }

  /// What the checkpoint says: `cfg` or `args` as the published code has them, or what is at other places by their
  /// names.
  private var configuration: JSONValue {
    let published = checkpoint.configuration
    return published == .object([:]) ? .object(checkpoint.configurations) : published
  }

  /// Where the value of each field of the configuration comes from, in the order of `ModelConfig.json`.
  private func sources(of configuration: StatedConfiguration) -> JSONObject {
    var sources = JSONObject()
    for member in configuration.config.json.object?.members ?? [] {
      sources[member.name] = .string(configuration.sources[member.name] ?? "default")
    }
    return sources
  }

  private var json: JSONValue {
    var object: JSONObject = [
      "file": .string(checkpoint.path),
      "kind": .string("checkpoint"),
      "size": .integer(checkpoint.file.byteCount),
      "container": .string(checkpoint.container.rawValue),
    ]
    switch supernet {
    case .success(let reading):
      let config = reading.configuration.config
      object["is_supernet"] = .bool(true)
      object["config"] = config.json
      object["config_sources"] = .object(sources(of: reading.configuration))
      object["tensor_prefix"] = .string(reading.names.prefix)
      object["position_weight"] = .string(reading.positionWeight)
      object["notes"] = .array((checkpoint.notes + reading.notes).map(JSONValue.string))
      object["normalizes_waveform"] = .bool(config.normalizesWaveform)
      object["search_spaces"] = .array(spaces(within: config).map(JSONValue.string))
      object["parameters"] = .integer(
        ParameterCount(config: config, architecture: config.wholeArchitecture).total)
      object["macs_per_second"] = .integer(
        MultiplyAccumulates.perSecond(config: config, architecture: config.wholeArchitecture))
    case .failure(let fault):
      object["is_supernet"] = .bool(false)
      object["problem"] = .string("\(fault)")
      switch model {
      case .success(let model): object["model"] = model.json
      case .failure(let fault): object["model_problem"] = .string("\(fault)")
      case nil: break
      }
    }
    object["state_dict_key"] = checkpoint.stateDictKey.map(JSONValue.string) ?? .null
    object["checkpoint_config"] = configuration
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
    var configuration = ""
    switch supernet {
    case .success(let reading):
      let config = reading.configuration.config
      let whole = config.wholeArchitecture
      let spaces = spaces(within: config)
      facts += [
        ("supernet", ModelText.supernet(config)),
        ("search spaces", spaces.isEmpty ? "none of the published ones" : spaces.joined(separator: ", ")),
        ("parameters", Formatting.grouped(ParameterCount(config: config, architecture: whole).total)),
        ("compute", ModelText.operations(EncoderShape(config: config, architecture: whole))),
        ("waveform", ModelText.normalization(of: config)),
        ("weights", weights(reading)),
        ("position conv", reading.positionWeight),
      ]
      facts += (checkpoint.notes + reading.notes).map { ("note", $0) }
      let sources = sources(of: reading.configuration)
      configuration =
        "\n"
        + TextTable.rows(
          ["configuration", "value", "from"],
          (config.json.object?.members ?? []).map {
            [$0.name, $0.value.text(), sources[$0.name]?.string ?? ""]
          })
    case .failure(let fault):
      switch model {
      case .success(let model): facts += model.facts
      case .failure(let other):
        facts += [("supernet", "no: \(fault)"), ("model", "no: \(other)")]
        fallthrough
      case nil: facts += checkpoint.notes.map { ("note", $0) }
      }
    }
    let rows = tensors.map { [$0.name, TextTable.shape($0.shape), $0.formatName] }
    return TextTable.facts(facts) + configuration + "\n" + TextTable.rows(["tensor", "shape", "type"], rows)
  }

  /// For example "under "model", names without a prefix".
  private func weights(_ reading: SupernetReading) -> String {
    let place = checkpoint.stateDictKey.map { "under \"\($0)\"" } ?? "the whole file"
    let prefix = reading.names.prefix
    return "\(place), names \(prefix.isEmpty ? "without a prefix" : "that begin with \"\(prefix)\"")"
  }
}
