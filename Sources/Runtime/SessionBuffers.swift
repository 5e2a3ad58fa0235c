import LHKernels
import LHSystem

/// A session's memory. It grows to the longest utterance and is used again.
struct SessionBuffers {
  /// Hidden states, [T, E].
  var hidden = GrowingBuffer()
  /// What the steps of a forward pass need besides: the feature extractor, then the position convolution, then the
  /// layers. Each begins anew at the first float.
  var workspace = GrowingBuffer()

  /// Room for so many floats of each.
  mutating func reserve(
    hidden hiddenCount: Int, workspace workspaceCount: Int
  ) throws(ModelFault) -> (hidden: UnsafeMutablePointer<Float>, workspace: UnsafeMutablePointer<Float>) {
    do throws(OutOfMemory) {
      let purpose = "the run"
      try MemoryLimit.check((hiddenCount + workspaceCount) * MemoryLayout<Float>.stride, for: purpose)
      return (try hidden.reserve(hiddenCount, for: purpose), try workspace.reserve(workspaceCount, for: purpose))
    } catch {
      throw .cause(error)
    }
  }
}
