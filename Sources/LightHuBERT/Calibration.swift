public import LHImport
import LHModel
public import LHQuantization
public import LHRuntime
public import LHSupernet
import LHSupernetCheckpoint

/// Measures the activations of a subnet on audio, so that it is quantised for the audio that it will see.
///
///     let calibration = try Calibration(of: architecture, in: supernet)
///     for samples in recordings { try calibration.add(samples) }
///     try supernet.extract(
///       architecture, to: path, options: ExtractionOptions(weights: .int8, statistics: calibration.statistics))
///
/// The subnet runs in float32, from the supernet's weights. Not to be used by two threads at once.
public final class Calibration {
  package let session: Session
  private let recorder = ActivationRecorder()

  /// Packs the weights of a subnet of a supernet.
  ///
  /// - Parameters:
  ///   - architecture: The subnet. It must fit the supernet.
  ///   - supernet: Where its weights come from.
  ///   - options: How it is run; the precision is float32 always.
  /// - Throws: `ModelFault.cause` with the fault of the checkpoint.
  public init(
    of architecture: Architecture, in supernet: Supernet, options: RuntimeOptions = .init()
  ) throws(ModelFault) {
    do {
      try architecture.validate(in: supernet.config, source: "architecture")
    } catch {
      throw .cause(error)
    }
    var options = options
    options.precision = .f32
    let layout = SubnetLayout(config: supernet.config, architecture: architecture)
    let model = try Model(
      path: supernet.path, shape: EncoderShape(config: supernet.config, architecture: architecture), options: options,
      source: TensorSource { role throws(ModelFault) in
        guard let tensor = layout[role] else { preconditionFailure("the layout has every tensor of a model") }
        do throws(ExtractionFault) {
          return try supernet.tensor(tensor)
        } catch {
          throw .cause(error)
        }
      })
    session = Session(model)
    session.recorder = recorder
  }

  /// Runs the subnet on an utterance and adds its activations to the statistics.
  ///
  /// - Parameters:
  ///   - samples: Mono at 16 kHz, in [-1, 1]; at least `Model.minimumSampleCount`, all finite. A few seconds that
  ///     are like what the subnet will see are enough.
  ///   - progress: Called with the done fraction of the work now and then; false cancels. A cancelled utterance may
  ///     have been added in part.
  /// - Throws: `ModelFault.tooShort`, `.notFinite` or `.cancelled`.
  public func add(_ samples: [Float], progress: ((Double) -> Bool)? = nil) throws(ModelFault) {
    _ = try session.features(of: samples, progress: progress)
  }

  /// Statistics of all utterances so far; nil when there were none.
  public var statistics: ActivationStatistics? {
    recorder.statistics(session.model.shape)
  }
}
