import LHKernels
import LHSystem

/// A session's memory. It grows to the longest utterance and is used again.
struct SessionBuffers {
  /// Hidden states, [T, E].
  var hidden = GrowingBuffer()
  /// What the steps of a forward pass need besides: the feature extractor, then the position convolution, then the
  /// layers. Each begins anew at the first float.
  var workspace = GrowingBuffer()
  /// A projected hidden state, [T, P], where that is wanted.
  var projection = GrowingBuffer()

  /// Room for so many floats of a projected hidden state.
  mutating func reserveProjection(_ count: Int) throws(ModelFault) -> UnsafeMutablePointer<Float> {
    do throws(OutOfMemory) {
      return try projection.reserve(count, for: "the projection")
    } catch {
      throw .cause(error)
    }
  }

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
