import Kernels

/// A session's memory. It grows to the longest utterance and is used again.
struct SessionBuffers {
  /// Hidden states, [T, E].
  var hidden = GrowingBuffer()
  /// What the steps of a forward pass need besides: the feature extractor, then the position convolution, then the layers.
  /// Each begins anew at the first float.
  var workspace = GrowingBuffer()
}
