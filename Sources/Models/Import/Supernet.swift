import LHModel
public import LHQuantization
public import LHSubnetFile
public import LHSupernet
import LHSupernetCheckpoint
import LHSystem
import LHTensors
import LHTorch

/// A supernet's checkpoint, from which subnets are cut.
///
///     let supernet = try Supernet(contentsOf: "lighthubert_small.pt")
///     try supernet.extract(Architecture(name: "small-default"), to: "small.lhb")
///
/// It holds the configuration and the open file; weights are read while a subnet is cut. It never changes and may be
/// shared between threads.
public final class Supernet: Sendable {
  /// The path it was opened with.
  public let path: String
  /// What the supernet is: an architecture must fit it.
  public let config: ModelConfig
  /// What a person should know of how the checkpoint was read although nothing is wrong, a line each; none for files as
  /// the published ones are.
  public let notes: [String]

  let checkpoint: Checkpoint
  private let names: SupernetNames
  /// SHA-256 of the checkpoint, once the first extraction has asked for it.
  private let digest: BackgroundDigest

  /// Opens a checkpoint that `torch.save` wrote, in either of its formats.
  ///
  /// Checks that it has all tensors of the supernet that its configuration describes, in their full shapes, and no
  /// others inside the encoder or the extractor. A file without a configuration is refused. Nothing in the file is
  /// executed.
  ///
  /// - Throws: `ExtractionFault.cause` when it cannot be read or is no checkpoint, `ExtractionFault.unsuitable` when it
  ///   is not one of a LightHuBERT supernet.
  public init(contentsOf path: String) throws(ExtractionFault) {
    self.path = path
    do throws(CheckpointFault) {
      checkpoint = try Checkpoint(path: path)
    } catch {
      throw .cause(error)
    }
    digest = BackgroundDigest(of: checkpoint)
    do throws(SubnetFault) {
      let reading = try SupernetReading(
        configurations: checkpoint.configurations, keys: checkpoint.keyWords, tensors: checkpoint.tensorNames,
        shapeOf: { [checkpoint] in checkpoint.summary(of: $0)?.shape }, otherEntry: checkpoint.otherEntry)
      config = reading.configuration.config
      names = reading.names
      notes = checkpoint.notes + reading.notes
    } catch {
      throw .unsuitable(checkpoint: path, error)
    }
  }

  /// Cuts a subnet out and writes it to a `.lhb` file, which appears under its name only when it is whole and on the
  /// disk.
  ///
  /// The same checkpoint, architecture and options give the same bytes, but for the date; the environment variable
  /// `SOURCE_DATE_EPOCH` sets that. All processors are used, on the threads of the system's pool.
  ///
  /// - Parameters:
  ///   - architecture: The subnet. It must fit `config`, but need not be in a published search space.
  ///   - path: The file to write.
  ///   - options: How it is written.
  ///   - progress: Called with the done fraction of the work now and then, on the calling thread; false cancels, and
  ///     then no file is left.
  /// - Returns: What was written.
  /// - Throws: `ExtractionFault`; whatever goes wrong, a file that was there before is as it was.
  @discardableResult
  public func extract(
    _ architecture: Architecture, to path: String, options: ExtractionOptions = .init(),
    progress: ((Double) -> Bool)? = nil
  ) throws(ExtractionFault) -> SubnetSummary {
    guard !isSameFile(path, self.path) else { throw .outputIsCheckpoint(path: path) }
    return try weights(of: architecture).write(to: path, options: options, progress: progress)
  }

  /// Decides how a subnet is quantised to int8, which takes one pass over its weights.
  ///
  /// - Parameters:
  ///   - architecture: The subnet. It must fit `config`.
  ///   - statistics: Of its activations, measured on audio; nil for what its norms tell.
  ///   - maxError: The largest estimated relative error of a layer's output in int8.
  public func quantizationPlan(
    for architecture: Architecture, statistics: ActivationStatistics? = nil,
    maxError: Double = QuantizationPlan.defaultMaxError
  ) throws(ExtractionFault) -> QuantizationPlan {
    try weights(of: architecture).quantizationPlan(statistics: statistics, maxError: maxError)
  }

  /// The weights of a subnet.
  ///
  /// - Throws: What is wrong with the architecture.
  package func weights(of architecture: Architecture) throws(ExtractionFault) -> ModelWeights {
    do throws(SubnetFault) {
      try architecture.validate(in: config, source: "architecture")
    } catch {
      throw .cause(error)
    }
    let layout = SubnetLayout(config: config, architecture: architecture)
    return ModelWeights(
      path: path, model: .subnet(config: config, architecture: architecture), shape: layout.shape, files: checkpoint,
      digest: digest,
      write: { [self] tensor, allowsNonfinite, target in
        guard let tensor = layout[tensor.role] else {
          preconditionFailure("the layout has every tensor of a subnet")
        }
        return try write(tensor, to: target, allowingNonfinite: allowsNonfinite)
      })
  }

  /// Writes a tensor of a subnet.
  ///
  /// - Returns: The largest rounding error made on the way.
  @discardableResult
  func write(
    _ tensor: SubnetTensor, to target: UnsafeMutableBufferPointer<Float>, allowingNonfinite: Bool = false
  ) throws -> Double {
    do {
      let slice = try tensor.slice { name in
        try names[published: name].flatMap { try checkpoint.tensor($0) }
      }
      return try slice.write(to: target, allowingNonfinite: allowingNonfinite)
    } catch let fault as SubnetFault {
      throw ExtractionFault.unsuitable(checkpoint: path, fault)
    }
  }
}
