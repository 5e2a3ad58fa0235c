public import LHQuantization
public import LHSubnetFile
public import LHSupernet

/// How a subnet is written.
public struct ExtractionOptions: Sendable {
  /// How weights are stored; without loss unless `.f16`, `.bf16` or `.int8` is asked for.
  public var weights: WeightsChoice
  /// With `.int8`: a layer whose outputs would have a larger error than this, relative to the outputs and as a root
  /// mean square, stays in bfloat16.
  public var maxError: Double
  /// With `.int8`: what was measured of the layers' inputs. Nil for what follows from the norms.
  public var statistics: ActivationStatistics?
  /// zstd's level, 1...19, or 0 for no compression. A tensor that does not shrink stays as it is.
  public var compressionLevel: Int
  /// Whether weights may be NaN or infinite, which makes features NaN; an extraction fails at the first such weight
  /// otherwise. Not with `.int8`, which has neither.
  public var allowsNonfinite: Bool
  /// Whether a file of the output's name may be replaced.
  public var replacing: Bool
  /// The program that writes the file, with its version, as the file's provenance tells it.
  public var tool: String

  /// Options.
  public init(
    weights: WeightsChoice = .auto, maxError: Double = QuantizationPlan.defaultMaxError,
    statistics: ActivationStatistics? = nil, compressionLevel: Int = SubnetWriter.defaultCompressionLevel,
    allowsNonfinite: Bool = false, replacing: Bool = false,
    tool: String = "lighthubert \(LightHuBERTVersion.current)"
  ) {
    self.weights = weights
    self.maxError = maxError
    self.statistics = statistics
    self.compressionLevel = compressionLevel
    self.allowsNonfinite = allowsNonfinite
    self.replacing = replacing
    self.tool = tool
  }
}
