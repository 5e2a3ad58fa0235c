public import LHImport
import LHModel
public import LHQuantization
public import LHRuntime
public import LHSupernet

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
  public convenience init(
    of architecture: Architecture, in supernet: Supernet, options: RuntimeOptions = .init()
  ) throws(ModelFault) {
    let weights: ModelWeights
    do throws(ExtractionFault) {
      weights = try supernet.weights(of: architecture)
    } catch {
      throw .cause(error.innermost)
    }
    try self.init(of: weights, options: options)
  }

  /// Packs the weights of a model that is taken whole.
  ///
  /// - Parameters:
  ///   - model: The model, in its own files.
  ///   - options: How it is run; the precision is float32 always.
  /// - Throws: `ModelFault.cause` with the fault of the files.
  public convenience init(of model: PretrainedModel, options: RuntimeOptions = .init()) throws(ModelFault) {
    try self.init(of: model.weights, options: options)
  }

  private init(of weights: ModelWeights, options: RuntimeOptions) throws(ModelFault) {
    var options = options
    options.precision = .f32
    let model = try Model(
      path: weights.path, shape: weights.shape, options: options,
      source: TensorSource { role throws(ModelFault) in
        do throws(ExtractionFault) {
          return try weights.tensor(role)
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
