import LHKernelTypes
import LHKernels

extension NormWeights {
  /// The layer norm of all frames, [frames, width], on the threads of a pool.
  func normalize(
    _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, frames: Int, kernels: KernelSet, on pool: WorkerPool
  ) {
    let block = 64
    let width = gain.count
    pool.run((frames + block - 1) / block) { task, _ in
      let offset = task * block * width
      kernels.layerNorm(rows(x + offset, to: y + offset, count: min(block, frames - task * block)))
    }
  }
}
