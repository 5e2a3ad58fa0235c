import KernelTypes
import Kernels
public import Subnet

/// A subnet, ready to run: weights packed for this processor, never changed, safe to share between threads.
///
///     let model = try Model(contentsOf: "small.lhb")
///     let features = try model.features(of: samples)      // [1, T, E]
public final class Model: Sendable {
  /// Where the model came from, as given.
  public let path: String
  /// The supernet's configuration.
  public let config: ModelConfig
  /// The subnet.
  public let architecture: Architecture
  /// The options that the model was opened with.
  public let options: RuntimeOptions

  let weights: Weights
  let multiplier: MatrixMultiplier

  /// Packs the weights of a subnet.
  ///
  /// - Parameter source: Has the tensors of the subnet's layout in the layout's shapes.
  package init(
    path: String, config: ModelConfig, architecture: Architecture, options: RuntimeOptions, source: TensorSource
  ) throws(ModelFault) {
    self.path = path
    self.config = config
    self.architecture = architecture
    self.options = options
    do throws(KernelFault) {
      if options.gemm == .openBLAS { try OpenBLAS.load() }
      multiplier = MatrixMultiplier(kernels: try InstructionSet.select(options.instructionSet), backend: options.gemm)
    } catch {
      throw .cause(error)
    }
    let loader = WeightLoader(
      config: config, architecture: architecture, multiplier: multiplier, source: source)
    weights = try loader.load(on: WorkerPool(threadCount: options.resolvedThreadCount))
  }

  /// Number of hidden states: one more than there are layers.
  public var hiddenStateCount: Int { architecture.layerCount + 1 }

  /// Frames T for a number of samples at 16 kHz; 0 when they are too few for one.
  public func frameCount(forSamples count: Int) -> Int { config.frameCount(forSamples: count) }

  /// Name of the instruction set in use.
  public var instructionSet: String { multiplier.kernels.name }

  /// Hidden states of one utterance. For many utterances keep a `Session`, which keeps its threads and memory.
  ///
  /// - Parameters:
  ///   - samples: Mono at 16 kHz, in [-1, 1].
  ///   - normalize: Whether the waveform is normalised; nil for what the model says.
  public func features(
    of samples: [Float], layers: LayerSelection = .last, layerZero: LayerZero = .projection, normalize: Bool? = nil
  ) throws(ModelFault) -> Features {
    try Session(self).features(of: samples, layers: layers, layerZero: layerZero, normalize: normalize)
  }
}
