import LHConfiguration
import LHModel
import LHTensorNames

/// What a state dict of torchaudio's says without a configuration. It does not have strides and heads: they are those
/// of all that torchaudio publishes, strides of 5 and then 2, and heads by the width.
struct TorchaudioShape {
  let stated: StatedEncoder

  init(_ files: ModelFiles, _ choices: ReadingChoices) throws(FamilyFault) {
    let names = HuggingFaceNames(.torchaudio)
    let mark = names.name(of: .weight(.convolution(0)))
    let prefix = files.tensorNames.first { $0.hasSuffix(mark) }.map { String($0.dropLast(mark.count)) } ?? ""
    func shape(_ role: TensorRole) -> [Int]? { files.shapeOf(prefix + names.name(of: role)) }
    let isWavLM = shape(.weight(.relativeBias)) != nil
    var stated = StatedEncoder(family: isWavLM ? .wavLM : .wav2Vec2)
    stated.normalizesFeatures = nil
    guard let width = shape(.weight(.encoderNorm))?.first else {
      throw .notRecognized(found: "names of tensors as torchaudio's, but no encoder.transformer.layer_norm.weight")
    }
    stated.convolutions = []
    while let weight = shape(.weight(.convolution(stated.convolutions.count))), weight.count == 3,
      stated.convolutions.count < ConvLayersParser.layerLimit
    {
      stated.convolutions.append(
        ConvLayer(channels: weight[0], kernel: weight[2], stride: stated.convolutions.isEmpty ? 5 : 2))
    }
    let isLayerNorm = shape(.weight(.convolutionNorm(1))) != nil
    stated.extractorNorm = isLayerNorm ? .layer : .group
    stated.normalizesWaveform = isLayerNorm
    stated.normPlacement = isLayerNorm ? .before : .after
    var layers = 0
    while layers < Limits.layers.upperBound, shape(.weight(.feedForwardInput(layers))) != nil { layers += 1 }
    guard layers > 0 else {
      throw .notRecognized(found: "names of tensors as torchaudio's, but no encoder.transformer.layers.0")
    }
    guard let heads = choices.heads ?? TorchaudioShape.heads[width] else {
      throw .unknownHeads(width: width)
    }
    guard heads > 0, width.isMultiple(of: heads) else {
      throw .invalidConfiguration([
        Violation(field: "--heads", value: "\(heads)", allowed: "a divisor of the width, \(width)")
      ])
    }
    stated.setLayers(layers, heads: heads, width: width)
    let factors = FairseqNames.weightNorm(of: prefix + names.name(of: .weight(.position(0))))
    let direction =
      files.shapeOf(factors.direction)
      ?? files.shapeOf(prefix + "encoder.transformer.pos_conv_embed.conv.parametrizations.weight.original1")
      ?? shape(.weight(.position(0)))
    if let direction, direction.count == 3, direction[1] > 0 {
      stated.positionKernel = direction[2]
      stated.positionGroups = max(1, width / direction[1])
    }
    stated.notes.append(
      "a torchaudio state dict has no configuration: \(heads) heads, strides of 5 and then 2, and the waveform"
        + " \(isLayerNorm ? "normalised" : "as it is") are taken, as in all that torchaudio publishes")
    self.stated = stated
  }

  /// Heads by width.
  private static let heads = [768: 12, 1024: 16, 1280: 16, 1920: 16]
}
