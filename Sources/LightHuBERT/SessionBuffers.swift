import Kernels

/// A session's memory. Each buffer grows to the longest utterance and is used again.
struct SessionBuffers {
  /// Hidden states, [T, E].
  var hidden = GrowingBuffer()
  /// Queries, keys and values of a layer, [T, 3 * 64 H].
  var qkv = GrowingBuffer()
  /// The attention's output, [T, 64 H]; before the layers the position convolution's.
  var attended = GrowingBuffer()
  /// A norm's output in pre-norm models, [T, E]; before the layers the position convolution's second buffer.
  var normed = GrowingBuffer()
  /// Inner activations of the FFN, [EncoderLayer.ffnRows, F].
  var inner = GrowingBuffer()
  /// Transposed keys of a layer.
  var keys = GrowingBuffer()
  /// Scores of a query block for each thread; before the layers the position convolution's scratch.
  var scores = GrowingBuffer()
  /// For Strassen's algorithm, for each thread.
  var strassen = GrowingBuffer()
}
