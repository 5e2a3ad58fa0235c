import LHTensors
import LHTestSupport
import LHTorch
import Testing

/// The elements' bytes in row-major order.
func elementBytes(_ view: TensorView) -> [UInt8] {
  let size = view.elementType.byteCount
  var bytes: [UInt8] = []
  guard view.count > 0 else { return bytes }
  var index = [Int](repeating: 0, count: view.shape.count)
  while true {
    let place = view.offset + zip(index, view.strides).reduce(0) { $0 + $1.0 * $1.1 }
    bytes += view.storage.bytes[place * size..<place * size + size]
    var axis = index.count - 1
    while axis >= 0 {
      index[axis] += 1
      if index[axis] < view.shape[axis] { break }
      index[axis] = 0
      axis -= 1
    }
    if axis < 0 { return bytes }
  }
}

/// Expects a tensor of a checkpoint to hold exactly `values`, rounded to its format.
func expectTensor(
  _ name: String, of checkpoint: Checkpoint, _ type: ElementType, shape: [Int], _ values: [Float],
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let view = try #require(try checkpoint.tensor(name), "\(name) is missing", sourceLocation: sourceLocation)
  #expect(view.elementType == type, "\(name)", sourceLocation: sourceLocation)
  #expect(view.shape == shape, "\(name)", sourceLocation: sourceLocation)
  #expect(
    elementBytes(view) == CheckpointWriter.encode(values, as: type), "\(name) holds other bits",
    sourceLocation: sourceLocation)
}

/// Writes bytes into a file of a temporary folder and opens it as a checkpoint.
func open(_ bytes: [UInt8]) throws -> Checkpoint {
  try withTemporaryFolder { folder in
    writeBytes(bytes, to: folder + "/some.pt")
    return try Checkpoint(path: folder + "/some.pt")
  }
}

/// The fault that opening a file of these bytes gives; nil when it opens.
func fault(opening bytes: [UInt8]) throws -> CheckpointFault? {
  do {
    _ = try open(bytes)
    return nil
  } catch let fault as CheckpointFault {
    return fault
  }
}

/// A zip checkpoint around a pickle, with `storages` as data/0, data/1 and so on.
func zipFile(pickle: [UInt8], storages: [[UInt8]] = []) -> [UInt8] {
  var zip = ZipWriter()
  zip.add("archive/data.pkl", pickle)
  for (key, storage) in storages.enumerated() { zip.add("archive/data/\(key)", storage) }
  return zip.finished()
}

/// A checkpoint with one tensor, "weight", whose saved object also has what `entries` appends: keys and values in turn.
func checkpoint(with entries: @escaping (inout PickleWriter) -> Void) -> CheckpointWriter {
  var writer = CheckpointWriter()
  writer.addTensor("weight", [1, 2], shape: [2])
  writer.addEntries = entries
  return writer
}

/// Appends a tensor from the start of a storage, with no hooks, as a state dict has it.
func appendTensor(
  to pickle: inout PickleWriter, key: String = "0", className: String = "FloatStorage", count: Int = 2,
  shape: [Int] = [2], strides: [Int] = [1]
) {
  pickle.call("torch._utils", "_rebuild_tensor_v2") { pickle in
    pickle.tuple { pickle in
      pickle.string("storage")
      pickle.global("torch", className)
      pickle.string(key)
      pickle.string("cpu")
      pickle.integer(count)
    }
    pickle.raw("Q")
    pickle.integer(0)
    pickle.tuple(shape)
    pickle.tuple(strides)
  }
}
