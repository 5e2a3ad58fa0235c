import Kernels

/// A session's memory. Each buffer grows to the longest utterance and is used again.
struct SessionBuffers {
  /// Hidden states, [T, E].
  var hidden = GrowingBuffer()
  /// Queries, keys and values of a layer, [T, 3 * 64 H], and after them the inner activations of its FFN,
  /// [EncoderLayer.ffnRows, F]; before the layers the position convolution's output.
  var activations = GrowingBuffer()
  /// A norm's output in pre-norm models, [T, E]; before the layers the position convolution's second buffer.
  var normed = GrowingBuffer()
  /// Transposed keys of some heads of a layer.
  var keys = GrowingBuffer()
  /// What each thread needs for the attention; before the layers the position convolution's scratch.
  var perThread = GrowingBuffer()
  /// For Strassen's algorithm, for each thread.
  var strassen = GrowingBuffer()
}
