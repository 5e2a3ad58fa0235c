package import LHModel
import LHQuantization
package import LHSubnetFile

extension SubnetReader {
  /// The outlier channels of each tensor that is quantised when products are computed in int8, by its role.
  ///
  /// Of a file with int8 tensors it is those, as they were stored. Of any other it is all quantisable tensors, with
  /// what follows from the norms: no pass over the weights.
  package func outlierChannels() throws(SubnetFileFault) -> [TensorRole: [Int]] {
    var outliers: [TensorRole: [Int]] = [:]
    for (entry, tensor) in zip(entries, layout.tensors) where entry.elementType == .int8 {
      outliers[tensor.role] = try self.outliers(of: entry)
    }
    guard outliers.isEmpty else { return outliers }
    let statistics = try ActivationStatistics(shape) { role throws(SubnetFileFault) in
      let view = try tensor(role)
      return [Float](unsafeUninitializedCapacity: view.count) { target, count in
        if let start = target.baseAddress { view.copy(to: start, strides: view.rowMajorStrides) }
        count = view.count
      }
    }
    for decision in QuantizationPlan(statistics: statistics).decisions {
      for tensor in decision.layer.tensors { outliers[tensor] = decision.outliers }
    }
    return outliers
  }
}
