import LHModel
package import LHQuantization
import LHSystem

extension ModelWeights {
  /// Decides how the model is quantised to int8, which takes one pass over its weights.
  ///
  /// - Parameters:
  ///   - statistics: Of its activations, measured on audio; nil for what its norms tell.
  ///   - maxError: The largest estimated relative error of a layer's output in int8.
  package func quantizationPlan(
    statistics: ActivationStatistics?, maxError: Double
  ) throws(ExtractionFault) -> QuantizationPlan {
    let statistics =
      if let statistics {
        statistics
      } else {
        try ActivationStatistics(shape) { role throws(ExtractionFault) in try floats(of: tensorOfLayout(role)) }
      }
    let layers = QuantizationPlan(statistics: statistics).decisions
    let quantized = layers.flatMap { layer in layer.layer.tensors.map { (tensorOfLayout($0), layer.outliers) } }
    let errors = try errors(of: quantized)
    return QuantizationPlan(statistics: statistics, maxError: maxError) { role, outliers in
      errors[role] ?? ChannelErrors(channelCount: tensorOfLayout(role).shape[1])
    }
  }

  /// What quantising does to tensors; on all processors.
  private func errors(
    of tensors: [(tensor: EncoderTensor, outliers: [Int])]
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
