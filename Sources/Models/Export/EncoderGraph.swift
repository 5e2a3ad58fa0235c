import LHModel
import LHONNX
import LHTensorNames

/// The graph of an encoder: from the samples of one utterance to hidden states, for any length.
///
/// Input `wav` [1, samples], 16 kHz, as it is: what normalises it is part of the graph. Output `x` [1, frames, width],
/// the last hidden state, behind the encoder's norm where that comes last.
struct EncoderGraph {
  let shape: EncoderShape
  let names: FairseqNames
  var builder = GraphBuilder(name: "encoder")
  /// What layers share: the bias of attention by distance, [heads, frames, frames]; masks of windows.
  var shared = SharedValues()

  /// Added to every variance but the waveform's.
  static let epsilon: Float = 1e-5

  /// Builds the graph of a shape.
  ///
  /// - Parameters:
  ///   - hiddenStates: Whether there are outputs `hidden_state_0` (the projected features) to `hidden_state_L` (what
  ///     each layer gives), and `encoder_input`, all [1, frames, width].
  ///   - projectedLayer: The layer whose output goes through the final projection, if there is one, to the output
  ///     `final_proj`, counted from 1; nil for the last hidden state.
  init(_ shape: EncoderShape, hiddenStates: Bool, projectedLayer: Int?) {
    self.shape = shape
    names = FairseqNames(shape)
    let axes: [ONNXValue.Axis] = [.fixed(1), .named("frames"), .fixed(shape.width)]
    builder.input("wav", [.fixed(1), .named("samples")])

    let projected = projection(of: extractor(of: waveform("wav")))
    var hidden = positioned(projected)
    if shape.normPlacement == .after { hidden = norm(hidden, .encoderNorm, part: "encoder_norm") }
    let input = hidden
    var states = [projected]
    for index in shape.layers.indices {
      hidden = layer(index, hidden)
      states.append(hidden)
    }
    let last = shape.normPlacement == .before ? norm(hidden, .encoderNorm, part: "encoder_norm") : hidden
    builder.output(last, as: "x", axes)
    if hiddenStates {
      builder.output(input, as: "encoder_input", axes)
      for (index, state) in states.enumerated() { builder.output(state, as: "hidden_state_\(index)", axes) }
    }
    if let width = shape.finalProjection {
      let operand = projectedLayer.map { states[$0] } ?? last
      let projected = linear(operand, .finalProjection, output: width, input: shape.width, part: "final_projection")
      builder.output(projected, as: "final_proj", [.fixed(1), .named("frames"), .fixed(width)])
    }
  }

  // MARK: Parts that occur often

  /// A weight of the model as it is.
  mutating func weight(_ role: TensorRole, _ shape: [Int]) -> String {
    builder.weight(names.name(of: role), shape) { try $0(role) }
  }

  /// x W^T + b, over the last axis.
  mutating func linear(_ x: String, _ module: ModuleRole, output: Int, input: Int, part: String) -> String {
    let role = TensorRole.weight(module)
    let matrix = builder.weight(names.name(of: role), [input, output]) { try $0.transposed(role) }
    let bias = weight(.bias(module), [output])
    return builder.inPart(part) { builder in builder.node("Add", builder.node("MatMul", x, matrix), bias) }
  }

  /// A layer norm over the last axis.
  mutating func norm(_ x: String, _ module: ModuleRole, width: Int? = nil, part: String) -> String {
    let (gain, bias) = (
      weight(.weight(module), [width ?? shape.width]), weight(.bias(module), [width ?? shape.width])
    )
    return builder.inPart(part) { builder in
      builder.node(
        "LayerNormalization", x, gain, bias,
        with: .axis(-1) + [ONNXAttribute("epsilon", .float(EncoderGraph.epsilon))])
    }
  }

  /// x (1 + erf(x / sqrt 2)) / 2, in the order of operations that other programs know as GELU.
  mutating func gelu(_ x: String) -> String {
    let (root, one, half) = (
      builder.constant(Float(2).squareRoot()), builder.constant(1), builder.constant(0.5)
    )
    return builder.inPart("gelu") { builder in
      let sum = builder.node("Add", builder.node("Erf", builder.node("Div", x, root)), one)
      return builder.node("Mul", builder.node("Mul", x, sum), half)
    }
  }

  /// The last two axes exchanged.
  mutating func transposed(_ x: String) -> String {
    builder.node("Transpose", x, with: .permutation([0, 2, 1]))
  }
}

/// Values that are computed once, although several layers use them.
struct SharedValues {
  /// Frames T, a list of one number.
  var frameCount: String?
  /// Key - query, [T, T], whole numbers.
  var distances: String?
  /// WavLM's bias by distance before any gate, [heads, T, T].
  var bias: String?
  /// Masks by the size of the window.
  var windows: [Int: WindowMask] = [:]
}
