import LHFamilies

/// The weights of a model and what they were understood as, for programs that show what is there: tensors can be listed
/// of files that are no model that is known.
package struct PretrainedContent: Sendable {
  /// What it was opened with.
  package let path: String
  /// The files that have the weights, and the index of several.
  package let files: [String]
  /// Bytes of the files that have the weights.
  package let byteCount: Int
  /// The tensors of all files.
  package let tensors: [Tensor]
  /// The model, or why it is none that is known.
  package let model: Result<PretrainedModel, ExtractionFault>

  /// A tensor of a file.
  package struct Tensor: Sendable {
    /// Its name.
    package let name: String
    /// Length of each axis.
    package let shape: [Int]
    /// What its elements are, in PyTorch's words.
    package let formatName: String
  }

  /// Opens a file of weights, an index of several, or a folder that has them.
  ///
  /// - Throws: What is wrong with a file of weights.
  package init(_ path: String) throws(ExtractionFault) {
    let store = try WeightStore(path)
    self.path = path
    files = store.paths
    byteCount = store.files.byteCount
    tensors = store.names.map {
      Tensor(name: $0, shape: store.shapeOf($0) ?? [], formatName: store.formatOf($0) ?? "")
    }
    model = Result { () throws(ExtractionFault) in try PretrainedModel(store, path, .init()) }
  }
}
