// The code of the documentation, which `ExampleTests` runs and holds against the pages. One import is all that it has.
import LightHuBERT

enum Examples {
  static func cut(checkpointPath: String, subnet: String, modelPath: String) throws -> [Int] {
    let supernet = try Supernet(contentsOf: checkpointPath)
    let architecture = try Architecture(subnet, fitting: supernet.config)
    let summary = try supernet.extract(architecture, to: modelPath)
    print("\(summary.byteCount) bytes, largest rounding error \(summary.largestError)")

    var generator = SystemRandomNumberGenerator()
    let candidates = (0..<10).map { _ in SearchSpace.small.random(using: &generator) }
    let sizes = candidates.map { ParameterCount(config: supernet.config, architecture: $0).total }
    return sizes
  }

  static func compute(modelPath: String, samples: [Float], utterances: [[Float]], bytes: [UInt8]) throws -> [Features] {
    let model = try Model(contentsOf: modelPath)
    let features = try model.features(of: samples)
    let firstFrame = features.values[..<features.embedDim]
    print("\(features.frameCount) frames, \(firstFrame.count) values each")

    let session = Session(model)
    let batch = try session.features(of: utterances, layers: .all)
    print(batch.map(\.frameCount))

    let embedded = try bytes.withUnsafeBytes { try Model(bytes: $0) }
    print(embedded.descriptionJSON)
    return batch + [features]
  }

  static func countFrames(model: Model, samples: [Float]) -> Int? {
    do throws(ModelFault) {
      return try model.features(of: samples).frameCount
    } catch .tooShort(_, let minimum) {
      print("at least \(minimum) samples are needed")
    } catch {
      print("\(error.kind): \(error)")
    }
    return nil
  }

  static func chooseLayers(model: Model, samples: [Float]) throws -> (ArraySlice<Float>, Features, Features) {
    let states = try model.features(of: samples, layers: .indices([0, 6, model.layerCount]))
    let size = states.frameCount * states.embedDim
    let sixth = states.values[size..<2 * size]

    let published = try model.features(of: samples, layers: .indices([0]))
    let s3prl = try model.features(of: samples, layers: .indices([0]), layerZero: .encoderInput)
    return (sixth, published, s3prl)
  }

  static func share(modelPath: String, utterances: [[Float]]) async throws -> Int {
    let options = RuntimeOptions(threadCount: 1)
    let shared = try Model(contentsOf: modelPath, options: options)
    let counts = try await withThrowingTaskGroup(of: Int.self) { group in
      for samples in utterances {
        group.addTask { try shared.features(of: samples).frameCount }
      }
      return try await group.reduce(0, +)
    }
    return counts
  }

  static func takeWhole(path: String, modelPath: String) throws -> PretrainedModel {
    let model = try PretrainedModel(contentsOf: path)
    print(model.summary)  // HuBERT Base, fairseq checkpoint, group norm, waveform as it is
    for note in model.notes { print(note) }
    try model.extract(to: modelPath)
    return model
  }

  static func takeAsItIs(path: String) throws -> PretrainedModel {
    let model = try PretrainedModel(contentsOf: path, ReadingChoices(normalizesWaveform: false))
    return model
  }

  static func project(modelPath: String, samples: [Float]) throws -> Features {
    let session = Session(try Model(contentsOf: modelPath))
    let units = try session.features(of: samples, FeatureSelection(layers: .indices([9]), isProjected: true))
    return units
  }

  static func chooseByError(modelPath: String) throws -> Model {
    let fast = try Model(contentsOf: modelPath, options: RuntimeOptions(maxError: 0.03))
    print("\(fast.precision.rawValue) is the fastest within 3 %")
    for trial in fast.precisionTrials { print("\(trial.precision.rawValue): \(trial.relativeError)") }
    return fast
  }

  static func chooseByName(modelPath: String) throws -> Model {
    let named = try Model(contentsOf: modelPath, options: RuntimeOptions(precision: .bf16))
    print(named.precision, named.missingInstructions)
    return named
  }

  static func takeAsTheyCome(session: Session, samples: [Float]) throws -> [Float] {
    var norms: [Float] = []
    try samples.withUnsafeBufferPointer { samples throws(ModelFault) in
      try session.forEachHiddenState(of: samples, layers: .all, layerZero: .projection) { _, state in
        norms.append(state.reduce(0) { $0 + $1 * $1 })
      }
    }
    return norms
  }

  static func cancel(model: Model, samples: [Float]) async throws -> Features {
    let cancellation = Cancellation()
    return try await withTaskCancellationHandler {
      try Session(model).features(of: samples, cancellation: cancellation)
    } onCancel: {
      cancellation.cancel()
    }
  }

  static func readme(checkpointPath: String, modelPath: String, samples: [Float]) throws -> Features {
    let supernet = try Supernet(contentsOf: checkpointPath)
    let architecture = try Architecture("small-default", fitting: supernet.config)
    try supernet.extract(architecture, to: modelPath)

    let model = try Model(contentsOf: modelPath)
    let features = try model.features(of: samples, layers: .indices([0, 6, 12]))  // samples: [Float] at 16 kHz
    print(features.frameCount, features.embedDim, features.values.count)  // values: (3, T, E), row-major
    return features
  }
}
