import LHONNX

/// Puts a graph together: gives operations and values names by where they stand, and remembers what weights are made
/// from.
struct GraphBuilder {
  private(set) var graph: ONNXGraph
  /// What the elements of each weight are made from, by its name.
  private(set) var recipes: [String: (ExportWeights) throws -> [Float]] = [:]
  private var scope: [String] = []
  private var counts: [String: Int] = [:]
  private var constants: [ONNXTensor.Content: [[Int]: String]] = [:]

  init(name: String) { graph = ONNXGraph(name: name) }

  /// Names what `body` adds after a part of the model.
  mutating func inPart<Result>(_ name: String, _ body: (inout GraphBuilder) -> Result) -> Result {
    scope.append(name)
    defer { scope.removeLast() }
    return body(&self)
  }

  /// Adds an operation, and gives the name of its result.
  mutating func node(_ type: String, _ inputs: String..., with attributes: [ONNXAttribute] = []) -> String {
    let place = (scope + [type]).joined(separator: "/")
    let count = counts[place, default: 0]
    counts[place] = count + 1
    let name = count == 0 ? place : "\(place)_\(count)"
    graph.nodes.append(ONNXNode(type, name: name, inputs: inputs, outputs: [name], attributes: attributes))
    return name
  }

  /// The value of some numbers, which occur once however often they are asked for.
  mutating func constant(_ numbers: [Float], _ shape: [Int]) -> String { constant(.floats(numbers), shape) }

  /// A number.
  mutating func constant(_ number: Float) -> String { constant(.floats([number]), []) }

  /// Whole numbers, a list.
  mutating func constant(_ numbers: [Int]) -> String { constant(.integers(numbers), [numbers.count]) }

  /// A whole number.
  mutating func scalar(_ number: Int) -> String { constant(.integers([number]), []) }

  private mutating func constant(_ content: ONNXTensor.Content, _ shape: [Int]) -> String {
    if let name = constants[content]?[shape] { return name }
    let name = "constant_\(constants.values.reduce(0) { $0 + $1.count })"
    graph.initializers.append(ONNXTensor(name: name, shape: shape, content: content))
    constants[content, default: [:]][shape] = name
    return name
  }

  /// A weight.
  ///
  /// - Parameter values: Makes its elements when the file is written.
  mutating func weight(_ name: String, _ shape: [Int], _ values: @escaping (ExportWeights) throws -> [Float]) -> String
  {
    precondition(recipes[name] == nil, "a weight is used once")
    graph.initializers.append(ONNXTensor(name: name, shape: shape, content: .weights))
    recipes[name] = values
    return name
  }

  /// Makes a value an output of the graph.
  mutating func output(_ value: String, as name: String, _ shape: [ONNXValue.Axis]) {
    graph.nodes.append(ONNXNode("Identity", name: "outputs/\(name)", inputs: [value], outputs: [name]))
    graph.outputs.append(ONNXValue(name: name, shape: shape))
  }

  /// Makes an input.
  mutating func input(_ name: String, _ shape: [ONNXValue.Axis]) {
    graph.inputs.append(ONNXValue(name: name, shape: shape))
  }
}

extension [ONNXAttribute] {
  /// The axis that an operation works along.
  static func axis(_ axis: Int) -> [ONNXAttribute] { [ONNXAttribute("axis", .integer(axis))] }

  /// The axes of a result, as places among those of the operand.
  static func permutation(_ axes: [Int]) -> [ONNXAttribute] { [ONNXAttribute("perm", .integers(axes))] }
}
