public import LHSupernet
import LHTensorNames

/// Which of a checkpoint's tensors are those of a supernet, and what they are called there.
///
/// The published code calls a tensor "encoder.layers.0.fc1.weight". Programs that wrap the model put something in front
/// of all names ("module.", "model."), PyTorch's own wrappers also in between ("encoder._orig_mod.layers.0").
public struct SupernetNames: Sendable, Hashable {
  /// What stands in front of every name; empty for the published names.
  public let prefix: String
  /// What PyTorch's wrappers put between parts of names, in the order in which they were met.
  public let wrappers: [String]
  /// The checkpoint's name of each tensor, by the published one.
  private let names: [String: String]
  /// Tensors that have one published name and several in the checkpoint.
  let collisions: [TensorProblem]

  /// Modules that hold another one under a name of their own: of torch.compile, FSDP, checkpointed activations,
  /// Lightning.
  private static let wrapperNames: Set<Substring> = [
    "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module",
  ]

  /// The names under a prefix.
  init(_ all: [String], prefix: String) {
    self.prefix = prefix
    var names: [String: String] = [:]
    var wrappers: [String] = []
    var collisions: [TensorProblem] = []
    for name in all where name.hasPrefix(prefix) {
      var parts = name.dropFirst(prefix.count).split(separator: ".", omittingEmptySubsequences: false)
      guard let root = parts.first, FairseqNames.roots.contains(root) else { continue }
      for part in parts where SupernetNames.wrapperNames.contains(part) && !wrappers.contains(String(part)) {
        wrappers.append(String(part))
      }
      parts.removeAll { SupernetNames.wrapperNames.contains($0) }
      let published = FairseqNames.withoutParametrization(parts.joined(separator: "."))
      if let other = names.updateValue(name, forKey: published) {
        collisions.append(.twice(tensor: published, names: [other, name]))
      }
    }
    self.names = names
    self.wrappers = wrappers
    self.collisions = collisions
  }

  /// The checkpoint's name of a tensor; nil when it has none.
  public subscript(published name: String) -> String? { names[name] }

  /// What the checkpoint would call a tensor that it does not have.
  func expected(_ name: String) -> String { prefix + name }

  /// The checkpoint's names of the tensors that are not among `used`, which are published names.
  func others(than used: Set<String>) -> [String] {
    names.filter { !used.contains($0.key) }.map(\.value).sorted()
  }

  /// The prefixes under which there are tensors of a model, the empty one first.
  static func prefixes(in all: [String]) -> [String] {
    var prefixes: Set<String> = []
    for name in all where name.hasSuffix(".weight") {
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      // Both marks have five parts, which are the last ones of a name, but for wrappers.
      let own = parts.indices.reversed().lazy.filter { !wrapperNames.contains(parts[$0]) }.prefix(5)
      guard own.count == 5, let first = own.map({ $0 }).last else { continue }
      let rest = parts[first...].filter { !wrapperNames.contains($0) }.joined(separator: ".")
      if FairseqNames.marks.contains(rest) { prefixes.insert(parts[..<first].map { $0 + "." }.joined()) }
    }
    return prefixes.sorted()
  }

  /// Whether some name begins as those of a model do.
  static func hasRoots(_ all: [String]) -> Bool {
    all.contains { name in name.firstIndex(of: ".").map { FairseqNames.roots.contains(name[..<$0]) } ?? false }
  }
}
