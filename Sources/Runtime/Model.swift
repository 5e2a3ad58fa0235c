import LHKernelTypes
public import LHKernels
package import LHModel
package import LHSubnetFile
public import LHSupernet

/// A subnet, ready to run: weights packed for this processor, never changed, safe to share between threads.
///
///     let model = try Model(contentsOf: "small.lhb")
///     let features = try model.features(of: samples)      // [1, T, E]
public final class Model: Sendable {
  /// The path that the model was opened with, or what the caller called its bytes.
  public let path: String
  /// What the model computes.
  package let shape: EncoderShape
  /// What subnet of which supernet it is: nothing that is computed depends on it.
  package let description: SubnetDescription
  /// The options that the model was opened with.
  public let options: RuntimeOptions
  /// Number formats of the products with weights: what `options.precision` came to, never `Precision.auto`.
  public let precision: Precision
  /// What `Precision.auto` tried, in that order, before it decided; empty when it was not asked to.
  public let precisionTrials: [PrecisionTrial]

  let weights: Weights
  let multiplier: MatrixMultiplier

  /// Packs the weights of a subnet.
  ///
  /// - Parameter source: Has the tensors of the shape's layout. They are read several times when `Precision.auto` is to
  ///   choose.
  package init(
    path: String, description: SubnetDescription, options: RuntimeOptions, source: TensorSource
  ) throws(ModelFault) {
    self.path = path
    self.description = description
    shape = description.shape
    if let what = shape.unsupported { throw .unsupported(path: path, what: what) }
    self.options = options
    if options.precision == .auto, let maxError = options.maxError {
      let fastest = try Model.fastest(within: maxError) { precision throws(ModelFault) in
        var options = options
        options.precision = precision
        return try Model(path: path, description: description, options: options, source: source)
      }
      precision = fastest.model.precision
      precisionTrials = fastest.trials
      multiplier = fastest.model.multiplier
      weights = fastest.model.weights
      return
    }
    precisionTrials = []
    do throws(KernelFault) {
      if options.gemm == .openBLAS { try OpenBLAS.load() }
      multiplier = MatrixMultiplier(kernels: try InstructionSet.select(options.instructionSet), backend: options.gemm)
    } catch {
      throw .cause(error)
    }
    precision = options.precision == .auto ? .f32 : options.precision
    let loader = WeightLoader(shape: shape, multiplier: multiplier, precision: precision, source: source)
    weights = try loader.load(on: WorkerPool(threadCount: options.resolvedThreadCount))
  }

  /// The supernet's configuration.
  public var config: ModelConfig { description.config }
  /// The subnet.
  public var architecture: Architecture { description.architecture }
  /// Where the subnet comes from; nil when it was not read from a file.
  public var provenance: Provenance? { description.provenance }

  /// Number of hidden states: one more than there are layers. Each is [T, E], E being `architecture.embedDim`.
  public var hiddenStateCount: Int { shape.layers.count + 1 }

  /// Frames T for a number of samples at 16 kHz; 0 when they are too few for one.
  public func frameCount(forSamples count: Int) -> Int { shape.convolutions.frameCount(forSamples: count) }

  /// Name of the instruction set in use: "avx512", "avx2", "baseline" or "scalar".
  public var instructionSet: String { multiplier.kernels.name }

  /// Hidden states of one utterance. For many utterances keep a `Session`, which keeps its threads and memory.
  ///
  /// - Parameters:
  ///   - samples: Mono at 16 kHz, in [-1, 1]; at least `ModelConfig.minimumSampleCount`, all finite.
  ///   - layers: Which hidden states, in which order.
  ///   - layerZero: What counts as hidden state 0.
  ///   - normalize: Whether the waveform is normalised; nil for what the model says.
  /// - Returns: The hidden states, [selected, T, E].
  /// - Throws: `ModelFault.tooShort`, `.notFinite` or `.noSuchLayer`.
  public func features(
    of samples: [Float], layers: LayerSelection = .last, layerZero: LayerZero = .projection, normalize: Bool? = nil
  ) throws(ModelFault) -> Features {
    try Session(self).features(of: samples, layers: layers, layerZero: layerZero, normalize: normalize)
  }
}
