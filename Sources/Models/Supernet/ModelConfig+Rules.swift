/// The largest sizes that are believed. They are far above anything that was ever trained, and small enough that no
/// product of sizes that the layout or the runtime forms can overflow.
enum Limits {
  /// Channels, embedding and FFN widths, groups.
  static let width = 1...65_536
  /// Attention heads; times the head size it is a width.
  static let heads = 1...1_024
  /// Encoder layers.
  static let layers = 1...256
  /// Taps and strides.
  static let kernel = 1...4_096
  /// Layers of the position convolution.
  static let positionDepth = 1...64
  /// Frames of a sliding window, and of the sequence multiple: beyond five hours.
  static let window = 1...1_048_576
  /// Samples that one frame may need: over a minute at 16 kHz.
  static let frameSamples = 1_048_576
}

extension ModelConfig {
  /// What is wrong between fields that are each in their range.
  package var relationViolations: [Violation] {
    var violations: [Violation] = []
    func refuse(_ field: String, _ value: Int, _ allowed: String) {
      violations.append(Violation(field: field, value: String(value), allowed: allowed))
    }
    if encoderEmbedDim != attentionDim {
      refuse("encoder_embed_dim", encoderEmbedDim, "64 times encoder_attention_heads, \(attentionDim)")
    }
    if !encoderFFNDim.isMultiple(of: encoderEmbedDim) {
      refuse("encoder_ffn_embed_dim", encoderFFNDim, "a multiple of encoder_embed_dim, \(encoderEmbedDim)")
    }
    if !encoderEmbedDim.isMultiple(of: positionGroups) {
      refuse("conv_pos_groups", positionGroups, "a divisor of encoder_embed_dim, \(encoderEmbedDim)")
    }
    var samples = 1
    for layer in convLayers.reversed() where samples <= Limits.frameSamples {
      samples = (samples - 1) * layer.stride + layer.kernel
    }
    if samples > Limits.frameSamples {
      violations.append(
        Violation(
          field: "conv_feature_layers", value: "a stack that needs more than \(Limits.frameSamples) samples a frame",
          allowed: "smaller kernels and strides"))
    }
    return violations
  }
}
