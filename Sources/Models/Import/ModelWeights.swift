package import LHModel
import LHQuantization
package import LHSubnetFile
import LHSystem
package import LHTensors

/// The weights of a model in the files of another program, by role; nothing is read before it is asked for.
///
/// What is written to a `.lhb` file, quantised and calibrated with is asked for here, whatever the files are.
package struct ModelWeights: Sendable {
  /// What messages call the files, and the file's provenance tells.
  package let path: String
  /// What the model is.
  package let model: ModelDescription
  /// What it computes.
  package let shape: EncoderShape
  /// Its tensors.
  let layout: EncoderLayout
  let files: any WeightFiles
  let digest: BackgroundDigest
  /// Writes a tensor's elements as float32, row-major, into a buffer of exactly its size, and returns the largest
  /// rounding error made on the way: (tensor, whether it may have NaN, target).
  let write: @Sendable (EncoderTensor, Bool, UnsafeMutableBufferPointer<Float>) throws -> Double

  init(
    path: String, model: ModelDescription, shape: EncoderShape, files: any WeightFiles, digest: BackgroundDigest,
    write: @escaping @Sendable (EncoderTensor, Bool, UnsafeMutableBufferPointer<Float>) throws -> Double
  ) {
    self.path = path
    self.model = model
    self.shape = shape
    layout = EncoderLayout(shape)
    self.files = files
    self.digest = digest
    self.write = write
  }

  /// A tensor as float32.
  package func tensor(_ role: TensorRole) throws(ExtractionFault) -> TensorView {
    let tensor = tensorOfLayout(role)
    let storage = try TensorStorage(byteCount: tensor.count * MemoryLayout<Float>.stride) {
      bytes throws(ExtractionFault) in
      try values(of: tensor, to: bytes.bindMemory(to: Float.self))
    }
    guard let view = TensorView(elementType: .float32, shape: tensor.shape, storage: storage) else {
      preconditionFailure("the storage has room for the tensor")
    }
    return view
  }

  func floats(of tensor: EncoderTensor) throws(ExtractionFault) -> [Float] {
    try [Float](unsafeUninitializedCapacity: tensor.count) { target, count throws(ExtractionFault) in
      try values(of: tensor, to: UnsafeMutableBufferPointer(rebasing: target[..<tensor.count]))
      count = tensor.count
    }
  }

  func tensorOfLayout(_ role: TensorRole) -> EncoderTensor {
    guard let tensor = layout[role] else {
      preconditionFailure("the layout has every tensor of a model")
    }
    return tensor
  }

  private func values(
    of tensor: EncoderTensor, to target: UnsafeMutableBufferPointer<Float>
  ) throws(ExtractionFault) {
    do {
      _ = try write(tensor, false, target)
    } catch {
      throw ExtractionFault(error, checkpoint: path)
    }
  }
}
