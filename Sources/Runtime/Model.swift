import LHKernelTypes
public import LHKernels
public import LHModel
public import LHSubnetFile
public import LHSupernet

/// A model, ready to run: weights packed for this processor, never changed, safe to share between threads.
///
///     let model = try Model(contentsOf: "small.lhb")
///     let features = try model.features(of: samples)      // [1, T, E]
public final class Model: Sendable {
  /// The path that the model was opened with, or what the caller called its bytes.
  public let path: String
  /// What the model computes.
  public let shape: EncoderShape
  /// What the model is, of which only the shape matters for what is computed; nil when nothing says so.
  package let about: ModelDescription?
  /// Where the model comes from; nil when it was not read from a file.
  public let provenance: Provenance?
  /// The options that the model was opened with.
  public let options: RuntimeOptions
  /// Number formats of the products with weights: what `options.precision` came to, never `Precision.auto`.
  public let precision: Precision
  /// What `Precision.auto` tried, in that order, before it decided; empty when it was not asked to.
  public let precisionTrials: [PrecisionTrial]

  let weights: Weights
  let multiplier: MatrixMultiplier

  /// Packs the weights of a model.
  ///
  /// - Parameters:
  ///   - about: What the model is, whose shape is `shape`; nil when nothing says so.
  ///   - provenance: Where it comes from; nil when nothing says so.
  ///   - source: Has the tensors of the shape's layout. They are read several times when `Precision.auto` is to choose.
  package init(
    path: String, shape: EncoderShape, about: ModelDescription? = nil, provenance: Provenance? = nil,
    options: RuntimeOptions, source: TensorSource
  ) throws(ModelFault) {
    self.path = path
    self.shape = shape
    self.about = about
    self.provenance = provenance
    if let what = shape.unsupported { throw .unsupported(path: path, what: what) }
    self.options = options
    if options.precision == .auto, let maxError = options.maxError {
      let fastest = try Model.fastest(within: maxError) { precision throws(ModelFault) in
        var options = options
        options.precision = precision
        return try Model(path: path, shape: shape, options: options, source: source)
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

  /// The configuration of the supernet that the model was cut out of; nil for any other model.
  public var config: ModelConfig? { about?.config }
  /// Which subnet it is; nil for a model that was not cut out of a supernet.
  public var architecture: Architecture? { about?.architecture }
  /// The family that it belongs to; nil when nothing says so.
  public var family: ModelFamily? { about?.family }

  /// Layers of the encoder.
  public var layerCount: Int { shape.layers.count }
  /// Width E of the hidden states.
  public var width: Int { shape.width }
  /// The fewest samples that give a frame.
  public var minimumSampleCount: Int { shape.convolutions.minimumSampleCount }
  /// Number of hidden states: one more than there are layers. Each is [T, E].
  public var hiddenStateCount: Int { shape.layers.count + 1 }

  /// Frames T for a number of samples at 16 kHz; 0 when they are too few for one.
  public func frameCount(forSamples count: Int) -> Int { shape.convolutions.frameCount(forSamples: count) }

  /// Name of the instruction set in use: "avx512", "avx2", "baseline" or "scalar".
  public var instructionSet: String { multiplier.kernels.name }

  /// Hidden states of one utterance. For many utterances keep a `Session`, which keeps its threads and memory.
  ///
  /// - Parameters:
  ///   - samples: Mono at 16 kHz, in [-1, 1]; at least `Model.minimumSampleCount`, all finite.
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
