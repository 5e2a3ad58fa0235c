public import LHSystem

/// A model in the ONNX format: a graph, the set of operators that it uses, and where it comes from.
///
/// Weights are not held: they are asked for one after the other while the file is written, and lie in it, or in a
/// second file beside it, since no message of protocol buffers may have 2 GiB.
public struct ONNXModel: Sendable {
  /// The graph.
  public var graph: ONNXGraph
  /// The version of the standard set of operators.
  public var operatorSet: Int
  /// The program that wrote it.
  public var producer: (name: String, version: String)
  /// Texts beside the graph.
  public var metadata: [(name: String, text: String)]

  /// A model.
  public init(
    _ graph: ONNXGraph, operatorSet: Int = 17, producer: (name: String, version: String),
    metadata: [(name: String, text: String)] = []
  ) {
    self.graph = graph
    self.operatorSet = operatorSet
    self.producer = producer
    self.metadata = metadata
  }

  /// The version of the format that has operator set 17, and that all current programs read.
  private static let formatVersion = 8
  /// Bytes that a file may have at most with the weights in it.
  public static let inlineLimit = Int(Int32.max) - 1
  /// Where a tensor may begin in a second file, so that it can be mapped.
  private static let pageSize = 4096
  /// Tensors with fewer bytes stay in the model's own file.
  private static let externalThreshold = 4096

  /// Whether the weights are too many to lie in the model's own file.
  public var needsExternalData: Bool { pieces(nil).reduce(0) { $0 + $1.byteCount } > ONNXModel.inlineLimit }

  /// Writes the model, but for the names of the files: the caller commits them.
  ///
  /// - Parameters:
  ///   - file: Where it goes.
  ///   - external: Where the weights go, and the name of that file as the model has it; nil when they lie in its own.
  ///   - weights: The elements of an initializer with `.weights`, by its name. Asked for in order, each once.
  public func write(
    to file: AtomicFile, external: (file: AtomicFile, location: String)? = nil,
    weights: (_ name: String) throws -> [Float]
  ) throws {
    for piece in pieces(external?.location) {
      switch piece {
      case .bytes(let bytes): try file.write(bytes)
      case .inline(let tensor): try ONNXModel.write(try weights(tensor.name), of: tensor, to: file)
      case .external(let tensor, let offset):
        guard let external else { preconditionFailure("there is a second file") }
        try external.file.write([UInt8](repeating: 0, count: offset - external.file.byteCount))
        try ONNXModel.write(try weights(tensor.name), of: tensor, to: external.file)
      }
    }
  }

  private static func write(_ elements: [Float], of tensor: ONNXTensor, to file: AtomicFile) throws(FileFault) {
    precondition(elements.count == tensor.count, "the elements of the tensor")
    // Both the format and the processors that this is compiled for are little-endian.
    try elements.withUnsafeBufferPointer { elements throws(FileFault) in
      try file.write(UnsafeRawBufferPointer(elements))
    }
  }

  /// The files in order, without the elements of weights.
  private enum Piece {
    case bytes([UInt8])
    /// The elements of a tensor, in the model's file.
    case inline(ONNXTensor)
    /// The elements of a tensor, at an offset of the second file.
    case external(ONNXTensor, offset: Int)

    /// Bytes in the model's file.
    var byteCount: Int {
      switch self {
      case .bytes(let bytes): bytes.count
      case .inline(let tensor): tensor.byteCount
      case .external: 0
      }
    }
  }

  /// ModelProto.
  private func pieces(_ location: String?) -> [Piece] {
    let graph = graphPieces(location)
    var head = ProtobufWriter()
    head.integer(1, ONNXModel.formatVersion)
    head.text(2, producer.name)
    head.text(3, producer.version)
    head.header(7, length: graph.reduce(0) { $0 + $1.byteCount })
    var tail = ProtobufWriter()
    tail.message(8) {
      $0.text(1, "")
      $0.integer(2, operatorSet)
    }
    for (name, text) in metadata {
      tail.message(14) {
        $0.text(1, name)
        $0.text(2, text)
      }
    }
    return [.bytes(head.bytes)] + graph + [.bytes(tail.bytes)]
  }

  /// GraphProto.
  private func graphPieces(_ location: String?) -> [Piece] {
    var writer = ProtobufWriter()
    for node in graph.nodes { writer.message(1, node.write) }
    writer.text(2, graph.name)
    var pieces: [Piece] = []
    var offset = 0
    for tensor in graph.initializers {
      var head = ProtobufWriter()
      tensor.writeHead(to: &head)
      if let bytes = tensor.constantBytes {
        head.data(ONNXTensor.rawData, bytes)
        writer.data(5, head.bytes)
      } else if let location, tensor.byteCount >= ONNXModel.externalThreshold {
        ONNXTensor.writePlace(offset..<offset + tensor.byteCount, in: location, to: &head)
        writer.data(5, head.bytes)
        pieces.append(.external(tensor, offset: offset))
        offset += (tensor.byteCount + ONNXModel.pageSize - 1) / ONNXModel.pageSize * ONNXModel.pageSize
      } else {
        head.header(ONNXTensor.rawData, length: tensor.byteCount)
        writer.header(5, length: head.bytes.count + tensor.byteCount)
        pieces += [.bytes(writer.bytes + head.bytes), .inline(tensor)]
        writer = ProtobufWriter()
      }
    }
    for input in graph.inputs { writer.message(11, input.write) }
    for output in graph.outputs { writer.message(12, output.write) }
    return pieces + [.bytes(writer.bytes)]
  }
}
