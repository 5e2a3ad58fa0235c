/// The graph of an ONNX model: operations that pass named values to each other. An operation stands behind those whose
/// results it takes.
public struct ONNXGraph: Sendable {
  /// Its name.
  public var name: String
  /// The operations, in an order in which they can be computed.
  public var nodes: [ONNXNode] = []
  /// Values that are given: weights and constants.
  public var initializers: [ONNXTensor] = []
  /// Values that whoever runs it gives.
  public var inputs: [ONNXValue] = []
  /// Values that whoever runs it gets.
  public var outputs: [ONNXValue] = []

  /// A graph without operations.
  public init(name: String) { self.name = name }
}

/// An operation.
public struct ONNXNode: Sendable, Hashable {
  /// The operator, for example "MatMul".
  public var type: String
  /// Its name, for people.
  public var name: String
  /// The names of the values that it takes.
  public var inputs: [String]
  /// The names of the values that it gives.
  public var outputs: [String]
  /// What else it goes by.
  public var attributes: [ONNXAttribute]

  /// An operation.
  public init(_ type: String, name: String, inputs: [String], outputs: [String], attributes: [ONNXAttribute] = []) {
    self.type = type
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.attributes = attributes
  }
}

/// A setting of an operation.
public struct ONNXAttribute: Sendable, Hashable {
  /// Its name, as the operator defines it.
  public var name: String
  /// Its value.
  public var value: Value

  /// The kinds of values that are written.
  public enum Value: Sendable, Hashable {
    case integer(Int)
    case float(Float)
    case integers([Int])
  }

  /// A setting.
  public init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }
}

/// A value that is given with the graph.
public struct ONNXTensor: Sendable, Hashable {
  /// Its name.
  public var name: String
  /// Length of each axis; empty for a scalar.
  public var shape: [Int]
  /// Its elements.
  public var content: Content

  /// Elements, in row-major order.
  public enum Content: Sendable, Hashable {
    /// A few float32 numbers.
    case floats([Float])
    /// A few whole numbers of 64 bits.
    case integers([Int])
    /// float32 numbers that are asked for while the file is written.
    case weights
  }

  /// A value.
  public init(name: String, shape: [Int], content: Content) {
    self.name = name
    self.shape = shape
    self.content = content
  }

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }
}

/// A value that goes into a graph or comes out of it: float32 numbers.
public struct ONNXValue: Sendable, Hashable {
  /// Its name.
  public var name: String
  /// Its axes.
  public var shape: [Axis]

  /// The length of an axis.
  public enum Axis: Sendable, Hashable {
    case fixed(Int)
    /// A length that is known when the graph is run; axes of one name are equally long.
    case named(String)
  }

  /// A value.
  public init(name: String, shape: [Axis]) {
    self.name = name
    self.shape = shape
  }
}
