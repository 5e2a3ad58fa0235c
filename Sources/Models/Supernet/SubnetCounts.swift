public import LHModel

extension ParameterCount {
  /// Counts a subnet that fits its supernet, whose mask embedding is always as wide as the supernet.
  public init(config: ModelConfig, architecture: Architecture) {
    self.init(
      EncoderShape(config: config, architecture: architecture), maskEmbedding: config.encoderEmbedDim)
  }
}

extension MultiplyAccumulates {
  /// Operations for a second of audio in an utterance of `typicalSeconds`: attention makes a second of a longer one
  /// dearer.
  public static func perSecond(config: ModelConfig, architecture: Architecture) -> Int {
    perSecond(EncoderShape(config: config, architecture: architecture))
  }

  /// Counts a pass of a subnet that fits its supernet over a number of samples at 16 kHz.
  public init(config: ModelConfig, architecture: Architecture, samples: Int) {
    self.init(EncoderShape(config: config, architecture: architecture), samples: samples)
  }
}
