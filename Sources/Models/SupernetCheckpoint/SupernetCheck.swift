public import LHSupernet
import LHTensorNames

extension ModelConfig {
  /// Checks that a checkpoint has every tensor of this supernet in its full shape, under its published name, and none
  /// that shows that the configuration is another one.
  ///
  /// - Parameter shapeOf: The shape of the tensor with a name; nil when there is none.
  public func check(shapeOf: (String) -> [Int]?) throws(SubnetFault) {
    let problems = SupernetCheck(self, key: { "cfg.model.\($0)" }).problems(shapeOf)
    guard problems.isEmpty else { throw .tensorsDoNotFit(problems) }
  }
}

/// Holds the tensors of a checkpoint against a configuration.
struct SupernetCheck {
  let config: ModelConfig
  /// The full name of a field of the configuration, for messages.
  let key: (String) -> String
  private let tensors: [SubnetTensor]

  init(_ config: ModelConfig, key: @escaping (String) -> String) {
    self.config = config
    self.key = key
    tensors = SubnetLayout(config: config, architecture: config.wholeArchitecture).tensors
  }

  /// What is wrong with tensors of these names.
  func problems(
    _ names: SupernetNames, shapeOf: (String) -> [Int]?, otherEntry: (String) -> String?
  ) -> [TensorProblem] {
    guard names.collisions.isEmpty else { return names.collisions }
    return problems { names[published: $0].flatMap(shapeOf) }.map { problem in
      guard case .missing(let tensor, let shape) = problem else { return problem.renamed(names.expected) }
      let name = names.expected(tensor)
      return otherEntry(name).map { .notATensor(tensor: name, found: $0, shape: shape) }
        ?? .missing(tensor: name, shape: shape)
    }
  }

  /// What is wrong with tensors under their published names.
  func problems(_ shapeOf: (String) -> [Int]?) -> [TensorProblem] {
    // What follows from a wrong key is no news beside the key itself.
    let problems = contradictions { shapeOf($0) != nil }
    return problems.isEmpty ? misfits(shapeOf) : problems
  }

  /// The published names of all tensors that the supernet is made of.
  func used(_ names: SupernetNames) -> Set<String> {
    Set(tensors.flatMap { $0.sources { names[published: $0] != nil }.map(\.name) })
  }

  private func misfits(_ shapeOf: (String) -> [Int]?) -> [TensorProblem] {
    var problems: [TensorProblem] = []
    for tensor in tensors {
      for (name, shape) in tensor.sources(where: { shapeOf($0) != nil }) {
        guard let found = shapeOf(name) else {
          problems.append(.missing(tensor: name, shape: shape))
          continue
        }
        if found != shape { problems.append(.wrongShape(tensor: name, found: found, expected: shape)) }
      }
    }
    return problems
  }
}
