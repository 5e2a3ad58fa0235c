internal import LHSystem
internal import LHTensors

/// One tensor of a checkpoint: its description, and where its elements lie when the format is one of weights.
struct StoredTensor {
  let shape: [Int]
  /// The format of its elements, or what else it is.
  let formatName: String
  private let place: Place?

  /// Where elements lie.
  private struct Place {
    let elementType: ElementType
    let strides: [Int]
    /// From the first element to the last, in the file.
    let range: Range<Int>
    /// Bytes of the elements, each counted as often as it occurs.
    let byteCount: Int
  }

  init(name: String, _ record: TensorRecord, _ container: Container) throws(CheckpointFault) {
    let path = container.path
    guard name.utf8.count <= CheckpointLimits.nameBytes else {
      throw .badTensor(
        path: path, tensor: name, problem: "has a name of over \(CheckpointLimits.nameBytes) bytes")
    }
    switch record {
    case .malformed(let problem):
      throw .badTensor(path: path, tensor: name, problem: problem)
    case .other(let function):
      shape = []
      formatName = function
      place = nil
    case .strided(let reference, let format, let offset, let shape, let strides):
      self.shape = shape
      formatName = format.name
      guard shape.count == strides.count, (shape + strides + [offset]).allSatisfy({ $0 >= 0 }) else {
        throw .badTensor(path: path, tensor: name, problem: "has shape \(shape), strides \(strides), offset \(offset)")
      }
      let storage = try StoredTensor.range(of: reference, tensor: name, container)
      guard let size = format.byteCount else {
        place = nil
        return
      }
      guard let byteCount = StoredTensor.byteCount(shape, elementSize: size) else {
        throw .badTensor(path: path, tensor: name, problem: "has shape \(shape), which no file can hold")
      }
      let span = TensorView.byteRange(elementSize: size, shape: shape, strides: strides, offset: offset)
      guard let span, span.upperBound <= storage.count else {
        guard let elementType = format.elementType else {
          throw .badTensor(path: path, tensor: name, problem: "reaches beyond its storage of \(storage.count) bytes")
        }
        throw .tensorOutsideStorage(
          path: path, tensor: name, elementType: elementType, shape: shape, strides: strides, offset: offset,
          storageBytes: storage.count)
      }
      guard let elementType = format.elementType else {
        place = nil
        return
      }
      place = Place(
        elementType: elementType, strides: strides,
        range: storage.lowerBound + span.lowerBound..<storage.lowerBound + span.upperBound,
        byteCount: byteCount)
    }
  }

  /// Bytes of its elements, each counted as often as it occurs; 0 when they are no weights.
  var byteCount: Int { place?.byteCount ?? 0 }

  /// The tensor, in memory of its own, which is as large as the part of the file that it spans; nil when it holds no
  /// weights.
  func read(_ file: InputFile, isBigEndian: Bool) throws(FileFault) -> TensorView? {
    guard let place else { return nil }
    let storage = try TensorStorage(uninitializedByteCount: place.range.count) { bytes throws(FileFault) in
      try file.read(place.range, into: bytes)
      if isBigEndian { StoredTensor.swapBytes(of: bytes, place.elementType) }
    }
    return TensorView(
      elementType: place.elementType, shape: shape, strides: place.strides, offset: 0, storage: storage)
  }

  /// Bytes of all elements; nil when that, or what it is without the axes of length 0, is beyond any file.
  private static func byteCount(_ shape: [Int], elementSize: Int) -> Int? {
    var byteCount = elementSize
    for length in shape where length > 0 {
      let (product, overflow) = byteCount.multipliedReportingOverflow(by: length)
      guard !overflow else { return nil }
      byteCount = product
    }
    return shape.contains(0) ? 0 : byteCount
  }

  /// Where the storage lies that a tensor refers to, or the part of it that the reference is to.
  private static func range(
    of reference: StorageReference, tensor: String, _ container: Container
  ) throws(CheckpointFault) -> Range<Int> {
    let range = try container.range(ofStorage: reference.key)
    let size = reference.format.byteCount ?? 1
    let (byteCount, overflow) = reference.count.multipliedReportingOverflow(by: size)
    guard !overflow, byteCount == range.count else {
      throw .badTensor(
        path: container.path, tensor: tensor,
        problem: "has a storage of \(range.count) bytes (\(reference.key)), expected \(reference.count) elements of"
          + " \(size) bytes")
    }
    let view = reference.view ?? 0..<reference.count
    return range.lowerBound + view.lowerBound * size..<range.lowerBound + view.upperBound * size
  }

  /// Turns each element's bytes round.
  private static func swapBytes(of bytes: UnsafeMutableRawBufferPointer, _ type: ElementType) {
    let size = type.byteCount
    for start in stride(from: 0, to: bytes.count, by: size) {
      for byte in 0..<size / 2 { bytes.swapAt(start + byte, start + size - 1 - byte) }
    }
  }
}
