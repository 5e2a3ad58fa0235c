package import LHConfiguration

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
