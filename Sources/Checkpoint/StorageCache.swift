internal import Tensors

/// The storages of a file, each made once: tensors that refer to the same part of the same storage share it.
struct StorageCache {
  private let container: Container
  private let file: any AnyObject & Sendable
  private var ranges: [String: Range<Int>] = [:]
  private var storages: [Range<Int>: TensorStorage] = [:]

  /// An empty cache; `file` keeps the bytes of `container` mapped.
  init(_ container: Container, file: any AnyObject & Sendable) {
    self.container = container
    self.file = file
  }

  /// The storage that a tensor refers to, or the part of it that the reference is to.
  mutating func storage(_ reference: StorageReference, of tensor: String) throws(CheckpointFault) -> TensorStorage {
    let range = try range(reference.key)
    let size = reference.format.byteCount ?? 1
    let (byteCount, overflow) = reference.count.multipliedReportingOverflow(by: size)
    guard !overflow, byteCount == range.count else {
      throw .badTensor(
        path: container.path, tensor: tensor,
        problem: "has a storage of \(range.count) bytes (\(reference.key)), expected \(reference.count) elements of"
          + " \(size) bytes")
    }
    let view = reference.view ?? 0..<reference.count
    let part = range.lowerBound + view.lowerBound * size..<range.lowerBound + view.upperBound * size
    if let storage = storages[part] { return storage }
    let bytes = UnsafeRawBufferPointer(rebasing: container.bytes[part])
    let storage = TensorStorage(bytes: bytes, owner: file)
    storages[part] = storage
    return storage
  }

  private mutating func range(_ key: String) throws(CheckpointFault) -> Range<Int> {
    if let range = ranges[key] { return range }
    let range = try container.range(ofStorage: key)
    ranges[key] = range
    return range
  }
}
