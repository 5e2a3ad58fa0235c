import LHQuantization
package import LHSubnetFile

extension SubnetReader {
  /// The outlier channels of each tensor that is quantised when products are computed in int8, by its name.
  ///
  /// Of a file with int8 tensors it is those, as they were stored. Of any other it is all quantisable tensors, with
  /// what follows from the norms: no pass over the weights.
  package func outlierChannels() throws(SubnetFileFault) -> [String: [Int]] {
    var outliers: [String: [Int]] = [:]
    let stored = entries.filter { $0.elementType == .int8 }
    guard stored.isEmpty else {
      for entry in stored { outliers[entry.name] = try self.outliers(of: entry.name) }
      return outliers
    }
    let statistics = try ActivationStatistics(config: config, architecture: architecture) {
      name throws(SubnetFileFault) in
      let view = try tensor(name)
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
