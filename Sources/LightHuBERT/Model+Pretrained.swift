public import LHImport
import LHModel
public import LHRuntime

extension Model {
  /// Packs the weights of a model in its own files, without a `.lhb` file of it. Opening one of those is faster.
  ///
  /// - Parameters:
  ///   - model: The model. Its weights are read here.
  ///   - options: How it is run; the precision is float32 always.
  /// - Throws: `ModelFault.cause` with the fault of the files.
  public convenience init(of model: PretrainedModel, options: RuntimeOptions = .init()) throws(ModelFault) {
    try self.init(of: model.weights, options: options)
  }

  /// Packs weights that some files have.
  convenience init(of weights: ModelWeights, options: RuntimeOptions) throws(ModelFault) {
    var options = options
    options.precision = .f32
    try self.init(
      path: weights.path, shape: weights.shape, options: options,
      source: TensorSource { role throws(ModelFault) in
        do throws(ExtractionFault) {
          return try weights.tensor(role)
        } catch {
          throw .cause(error)
        }
      })
  }
}
