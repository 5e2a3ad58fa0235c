public import LHModel

/// One tensor of a model, and what of its files it is made from.
public struct FamilyTensor: Sendable, Hashable {
  /// The tensor.
  public let tensor: EncoderTensor
  /// What it is made from.
  public let source: Source

  /// Names are those of the file.
  public enum Source: Sendable, Hashable {
    /// A tensor as it is; axes of one element may be more or fewer.
    case whole(String)
    /// Some rows of a tensor.
    case rows(String, Range<Int>)
    /// The length of each tap and the direction that all channels make together.
    case weightNorm(length: String, direction: String)
    /// The gain of a batch norm at inference: weight / sqrt(variance + eps).
    case batchNormGain(BatchNormNames)
    /// Its bias: bias - mean * gain.
    case batchNormBias(BatchNormNames)
  }

  /// The tensors that are read, with the shapes that they must have.
  public var sources: [(name: String, shape: [Int])] {
    switch source {
    case .whole(let name): [(name, tensor.shape)]
    case .rows(let name, let rows): [(name, [3 * rows.count] + tensor.shape.dropFirst())]
    case .weightNorm(let length, let direction):
      [(length, [1, 1, tensor.shape.last ?? 1]), (direction, tensor.shape)]
    case .batchNormGain(let norm): [norm.gain, norm.variance].map { ($0, tensor.shape) }
    case .batchNormBias(let norm): [norm.gain, norm.variance, norm.bias, norm.mean].map { ($0, tensor.shape) }
    }
  }

  /// Whether a tensor of a shape is the one that is meant, axes of one element apart.
  static func fits(_ found: [Int], _ expected: [Int]) -> Bool {
    found == expected || found.filter { $0 != 1 } == expected.filter { $0 != 1 }
  }
}

/// The tensors of a batch norm.
public struct BatchNormNames: Sendable, Hashable {
  /// Learned.
  public let gain: String
  /// Learned.
  public let bias: String
  /// Measured while training.
  public let mean: String
  /// Measured while training.
  public let variance: String

  /// The tensors of the module at a place.
  init(place: String) {
    gain = place + ".weight"
    bias = place + ".bias"
    mean = place + ".running_mean"
    variance = place + ".running_var"
  }

  /// Added to the variance.
  public static let epsilon = 1e-5
}
