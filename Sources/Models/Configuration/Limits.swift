/// The largest sizes that are believed. They are far above anything that was ever trained, and small enough that no
/// product of sizes that the layout or the runtime forms can overflow.
package enum Limits {
  /// Channels, embedding and FFN widths, groups.
  package static let width = 1...65_536
  /// Attention heads; times the head size it is a width.
  package static let heads = 1...1_024
  /// Encoder layers.
  package static let layers = 1...256
  /// Taps and strides.
  package static let kernel = 1...4_096
  /// Layers of the position convolution.
  package static let positionDepth = 1...64
  /// Frames of a sliding window, and of the sequence multiple: beyond five hours.
  package static let window = 1...1_048_576
  /// Samples that one frame may need: over a minute at 16 kHz.
  package static let frameSamples = 1_048_576
}
