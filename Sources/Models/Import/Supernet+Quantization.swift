import LHModel
public import LHQuantization
public import LHSupernet
package import LHSupernetCheckpoint
import LHSystem
package import LHTensors

extension Supernet {
  /// Decides how a subnet is quantised to int8, which takes one pass over its weights.
  ///
  /// - Parameters:
  ///   - architecture: The subnet. It must fit `config`.
  ///   - statistics: Of its activations, measured on audio; nil for what its norms tell.
  ///   - maxError: The largest estimated relative error of a layer's output in int8.
  public func quantizationPlan(
    for architecture: Architecture, statistics: ActivationStatistics? = nil,
    maxError: Double = QuantizationPlan.defaultMaxError
  ) throws(ExtractionFault) -> QuantizationPlan {
    try quantizationPlan(
      for: SubnetLayout(config: config, architecture: architecture), statistics: statistics, maxError: maxError)
  }

  /// The same for a subnet whose layout is known.
  func quantizationPlan(
    for layout: SubnetLayout, statistics: ActivationStatistics?, maxError: Double
  ) throws(ExtractionFault) -> QuantizationPlan {
    func tensor(_ role: TensorRole) -> SubnetTensor {
      guard let tensor = layout[role] else { preconditionFailure("the layout has every tensor of a subnet") }
      return tensor
    }
    let statistics =
      if let statistics {
        statistics
      } else {
        try ActivationStatistics(layout.shape) {
          role throws(ExtractionFault) in
          try floats(of: tensor(role))
        }
      }
    let layers = QuantizationPlan(statistics: statistics).decisions
    let quantized = layers.flatMap { layer in layer.layer.tensors.map { (tensor($0), layer.outliers) } }
    let errors = try errors(of: quantized)
    return QuantizationPlan(statistics: statistics, maxError: maxError) { role, outliers in
      errors[role] ?? ChannelErrors(channelCount: tensor(role).shape[1])
    }
  }

  /// A tensor of a subnet as float32.
  package func tensor(_ tensor: SubnetTensor) throws(ExtractionFault) -> TensorView {
    let storage = try TensorStorage(byteCount: tensor.count * MemoryLayout<Float>.stride) {
      bytes throws(ExtractionFault) in
      try values(of: tensor, to: bytes.bindMemory(to: Float.self))
    }
    guard let view = TensorView(elementType: .float32, shape: tensor.shape, storage: storage) else {
      preconditionFailure("the storage has room for the tensor")
    }
    return view
  }

  private func floats(of tensor: SubnetTensor) throws(ExtractionFault) -> [Float] {
    try [Float](unsafeUninitializedCapacity: tensor.count) { target, count throws(ExtractionFault) in
      try values(of: tensor, to: UnsafeMutableBufferPointer(rebasing: target[..<tensor.count]))
      count = tensor.count
    }
  }

  private func values(
    of tensor: SubnetTensor, to target: UnsafeMutableBufferPointer<Float>
  ) throws(ExtractionFault) {
    do {
      try write(tensor, to: target)
    } catch {
      throw ExtractionFault(error, checkpoint: path)
    }
  }

  /// What quantising does to tensors; on all processors.
  private func errors(
    of tensors: [(tensor: SubnetTensor, outliers: [Int])]
  ) throws(ExtractionFault) -> [TensorRole: ChannelErrors] {
    let results = Locked<Result<[TensorRole: ChannelErrors], ExtractionFault>>(.success([:]))
    inParallel(tensors.count) { index in
      let (tensor, outliers) = tensors[index]
      do throws(ExtractionFault) {
        let layout = Int8Layout(shape: tensor.shape, outliers: outliers)
        var errors = ChannelErrors(channelCount: layout.inputs)
        layout.addErrors(of: try floats(of: tensor), count: layout.outputs, to: &errors)
        results.withLock { result in
          if case .success(var all) = result {
            all[tensor.role] = errors
            result = .success(all)
          }
        }
      } catch {
        results.withLock { if case .success = $0 { $0 = .failure(error) } }
      }
    }
    return try results.withLock { $0 }.get()
  }
}
