public import LHConfiguration
import LHModel

/// A published search space: one width and depth a subnet, one head count and FFN ratio a layer.
public struct SearchSpace: Sendable, Hashable {
  /// "base" or "small".
  public let name: String
  /// Widths of the hidden states, rising.
  public let embedDims: [Int]
  /// Heads of a layer, rising.
  public let headCounts: [Int]
  /// FFN width over hidden width, rising.
  public let ffnRatios: [Double]
  /// Depths, rising.
  public let layerCounts: [Int]
  /// The subnet that the published code runs when none is asked for: it is the same in every layer.
  public let defaultArchitecture: Architecture

  /// The space of lighthubert_base.
  public static let base = SearchSpace(
    name: "base", embedDims: [512, 640, 768], headCounts: [8, 10, 12], ffnRatios: [3.5, 4], layerCounts: [12],
    defaultArchitecture: .uniform(embedDim: 640, heads: 10, ffnDim: 2560, layerCount: 12))

  /// The space of lighthubert_small.
  public static let small = SearchSpace(
    name: "small", embedDims: [256, 384, 512], headCounts: [4, 6, 8], ffnRatios: [3, 3.5, 4],
    layerCounts: [10, 11, 12],
    defaultArchitecture: .uniform(embedDim: 384, heads: 6, ffnDim: 1536, layerCount: 12))

  /// Both published spaces.
  public static let published = [base, small]

  /// The published spaces that the architecture is in. The two overlap: base-min and small-max are in both.
  public static func spaces(containing architecture: Architecture) -> [SearchSpace] {
    published.filter { $0.contains(architecture) }
  }

  /// How many subnets there are: for each width and depth, every layer chooses heads and FFN ratio freely.
  public var subnetCount: Int {
    let choices = headCounts.count * ffnRatios.count
    let perWidth = layerCounts.map { depth in (0..<depth).reduce(1) { product, _ in product * choices } }
    return embedDims.count * perWidth.reduce(0, +)
  }

  /// The subnet with the least of everything.
  public var minimum: Architecture {
    uniform(embedDims[0], headCounts[0], ffnRatios[0], layerCounts[0])
  }

  /// The subnet with the most of everything.
  public var maximum: Architecture {
    uniform(embedDims.last!, headCounts.last!, ffnRatios.last!, layerCounts.last!)
  }

  /// Whether the architecture is one of this space.
  public func contains(_ architecture: Architecture) -> Bool { violations(of: architecture).isEmpty }

  /// What keeps the architecture out of this space; empty when it is one of it.
  public func violations(of architecture: Architecture) -> [Violation] {
    var violations: [Violation] = []
    func check(_ field: String, _ layer: Int?, _ value: Int, _ allowed: [Int]) {
      guard !allowed.contains(value) else { return }
      violations.append(
        Violation(
          field: field, layer: layer, value: String(value), allowed: "one of \(allowed) in the space \(name)"))
    }
    check("embed_dim", nil, architecture.embedDim, embedDims)
    check("layer_num", nil, architecture.layerCount, layerCounts)
    let ffnDims = ffnRatios.map { Int($0 * Double(architecture.embedDim)) }
    for layer in 0..<architecture.layerCount {
      check("heads_num", layer, architecture.headCounts[layer], headCounts)
      check("ffn_embed", layer, architecture.ffnDims[layer], ffnDims)
      if case .sliding(let size) = architecture.windows[layer] {
        violations.append(
          Violation(
            field: "slide_wsz", layer: layer, value: String(size), allowed: "\"global\" in the space \(name)"))
      }
    }
    return violations
  }

  /// A subnet drawn at random: depth and width uniformly, then heads and FFN ratio of each layer.
  public func random(using generator: inout some RandomNumberGenerator) -> Architecture {
    func choose<Value>(_ values: [Value]) -> Value { values[Int.random(in: values.indices, using: &generator)] }
    let layers = 0..<choose(layerCounts)
    let embedDim = choose(embedDims)
    return Architecture(
      embedDim: embedDim, headCounts: layers.map { _ in choose(headCounts) },
      ffnDims: layers.map { _ in Int(choose(ffnRatios) * Double(embedDim)) })
  }

  private func uniform(_ embedDim: Int, _ heads: Int, _ ratio: Double, _ layerCount: Int) -> Architecture {
    .uniform(embedDim: embedDim, heads: heads, ffnDim: Int(ratio * Double(embedDim)), layerCount: layerCount)
  }
}

extension Architecture {
  /// An architecture with the same heads and FFN width in every layer, and global attention.
  public static func uniform(embedDim: Int, heads: Int, ffnDim: Int, layerCount: Int) -> Architecture {
    Architecture(
      embedDim: embedDim, headCounts: Array(repeating: heads, count: layerCount),
      ffnDims: Array(repeating: ffnDim, count: layerCount))
  }

  /// The names of the published architectures: base-min, base-default, ..., small-max.
  public static var publishedNames: [String] {
    SearchSpace.published.flatMap { space in ["min", "default", "max"].map { "\(space.name)-\($0)" } }
  }

  /// The published architecture of that name, for example "small-default".
  ///
  /// - Parameter config: The supernet that it must fit; nil when that is not known yet.
  /// - Throws: `SubnetFault.unknownArchitecture`, or `SubnetFault.invalidArchitecture` when it does not fit.
  public init(name: String, fitting config: ModelConfig? = nil) throws(SubnetFault) {
    guard let architecture = Architecture.published(name) else { throw .unknownArchitecture(name: name) }
    if let config { try architecture.validate(in: config, source: name) }
    self = architecture
  }

  private static func published(_ name: String) -> Architecture? {
    for space in SearchSpace.published {
      switch name {
      case space.name + "-min": return space.minimum
      case space.name + "-default": return space.defaultArchitecture
      case space.name + "-max": return space.maximum
      default: continue
      }
    }
    return nil
  }

  /// The name under which this architecture was published; nil when it has none.
  public var publishedName: String? {
    Architecture.publishedNames.first { name in (try? Architecture(name: name)) == self }
  }
}
