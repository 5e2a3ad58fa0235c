public import Subnet
public import SubnetFile

/// How a subnet is written.
public struct ExtractionOptions: Sendable {
  /// How weights are stored; without loss unless `.f16` is asked for.
  public var weights: WeightsChoice
  /// zstd's level, 1...19, or 0 for no compression. A tensor that does not shrink stays as it is.
  public var compressionLevel: Int
  /// Whether a file of the output's name may be replaced.
  public var replacing: Bool
  /// The program that writes the file, with its version, as the file's provenance tells it.
  public var tool: String

  /// Options.
  public init(
    weights: WeightsChoice = .auto, compressionLevel: Int = SubnetWriter.defaultCompressionLevel,
    replacing: Bool = false, tool: String = "lighthubert \(LightHuBERTVersion.current)"
  ) {
    self.weights = weights
    self.compressionLevel = compressionLevel
    self.replacing = replacing
    self.tool = tool
  }
}
