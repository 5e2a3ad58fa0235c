import Files
public import Tensors

extension SubnetReader {
  /// A tensor's elements, row-major, in their stored number format; those of an int8 tensor as the float32 numbers that they
  /// stand for.
  ///
  /// A raw tensor is a view of the file, and is not copied; the view keeps the file open. A compressed one, and an int8
  /// one, is decoded into memory of its own, anew at each call.
  ///
  /// - Parameter verifyingChecksum: Whether the stored bytes, and the padding after them, are checked first. It costs
  ///   about as much as reading them once from memory.
  public func tensor(_ name: String, verifyingChecksum: Bool = true) throws(SubnetFileFault) -> TensorView {
    let entry = try entry(name)
    let payload = try payload(of: entry, verifyingChecksum: verifyingChecksum)
    guard entry.elementType == .int8 else { return view(of: payload, entry) }
    do throws(Int8Problem) {
      return try Int8Payload(entry, payload).weights(of: 0..<entry.shape[0])
    } catch {
      throw .wrongInt8(path: path, tensor: name, error)
    }
  }

  /// Passes a tensor's rows (along its first axis) on in order, some at a time, each part right after its bytes were added
  /// to the checksum: they are read from memory once for both.
  ///
  /// When this throws, the tensor is damaged and nothing that `body` made of the rows may be used. A compressed tensor is
  /// verified before it is decoded.
  ///
  /// - Parameter body: Called with the rows, as `tensor` would give them, and the index of the first of them.
  public func forEachPart(
    of name: String, rowsAtOnce: Int, _ body: (_ rows: TensorView, _ first: Int) -> Void
  ) throws(SubnetFileFault) {
    let entry = try entry(name)
    let isRaw = entry.encoding == .raw
    let payload = try payload(of: entry, verifyingChecksum: !isRaw)
    guard entry.elementType == .int8 else {
      let view = view(of: payload, entry)
      return try forEachPart(of: entry, rowSize: payload.bytes.count / entry.shape[0], rowsAtOnce) { rows in
        body(view.narrowed(axis: 0, to: rows), rows.lowerBound)
      }
    }
    let int8 = try findingDamage(in: entry) { () throws(Int8Problem) in try Int8Payload(entry, payload) }
    try forEachPart(of: entry, rowSize: int8.rowSize, rowsAtOnce) { rows throws(SubnetFileFault) in
      let weights = try findingDamage(in: entry) { () throws(Int8Problem) in try int8.weights(of: rows) }
      body(weights, rows.lowerBound)
    }
  }

  /// The input channels of an int8 tensor that have scales of their own, because their activations are far larger than the
  /// others'; in rising order. None for the other types.
  ///
  /// The checksum is not verified: it is when the tensor is read.
  public func outliers(of name: String) throws(SubnetFileFault) -> [Int] {
    let entry = try entry(name)
    guard entry.outlierCount > 0 else { return [] }
    let payload = try payload(of: entry, verifyingChecksum: entry.encoding != .raw)
    return try findingDamage(in: entry) { () throws(Int8Problem) in
      try Int8Payload.outliers(entry, payload)
    }
  }

  /// Gives the memory pages of a tensor of a mapped file back to the system, which reads them again when they are
  /// touched.
  public func release(_ name: String) {
    guard let entry = try? entry(name) else { return }
    (owner as? MappedFile)?.release(entry.range)
  }

  // MARK: Payloads

  private func stored(_ entry: TensorEntry) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[entry.range])
  }

  /// A payload's bytes, decompressed.
  private func payload(of entry: TensorEntry, verifyingChecksum: Bool) throws(SubnetFileFault) -> TensorStorage {
    let stored = stored(entry)
    if verifyingChecksum { try verify(entry, XXH64.hash(stored)) }
    guard entry.encoding == .zstd else { return TensorStorage(bytes: stored, owner: self) }
    do throws(ZstdFrame.Failure) {
      return try TensorStorage(byteCount: entry.decodedSize) { target throws(ZstdFrame.Failure) in
        try ZstdFrame.decompress(stored, into: target)
      }
    } catch {
      throw .wrongFrame(path: path, tensor: entry.name, problem: error.problem)
    }
  }

  private func view(of payload: TensorStorage, _ entry: TensorEntry) -> TensorView {
    guard let view = TensorView(elementType: entry.elementType.decoded, shape: entry.shape, storage: payload) else {
      preconditionFailure("the table's sizes were checked")
    }
    return view
  }

  /// Calls `body` with the rows that come next, after their bytes were added to the checksum of a raw payload, which is
  /// verified in the end.
  private func forEachPart(
    of entry: TensorEntry, rowSize: Int, _ rowsAtOnce: Int,
    _ body: (_ rows: Range<Int>) throws(SubnetFileFault) -> Void
  ) throws(SubnetFileFault) {
    let isRaw = entry.encoding == .raw
    let stored = stored(entry)
    var hash = XXH64()
    for first in stride(from: 0, to: entry.shape[0], by: rowsAtOnce) {
      let rows = first..<min(first + rowsAtOnce, entry.shape[0])
      if isRaw {
        hash.update(
          UnsafeRawBufferPointer(rebasing: stored[rows.lowerBound * rowSize..<rows.upperBound * rowSize]))
      }
      try body(rows)
    }
    guard isRaw else { return }
    hash.update(UnsafeRawBufferPointer(rebasing: stored[(entry.shape[0] * rowSize)...]))
    try verify(entry, hash.value)
  }

  /// What `body` makes of a payload, which is verified in advance only when it is compressed.
  private func findingDamage<Result>(
    in entry: TensorEntry, _ body: () throws(Int8Problem) -> Result
  ) throws(SubnetFileFault) -> Result {
    do throws(Int8Problem) {
      return try body()
    } catch {
      // Damage is the likelier cause, and then the one to name.
      if entry.encoding == .raw { try verify(entry, XXH64.hash(stored(entry))) }
      throw .wrongInt8(path: path, tensor: entry.name, error)
    }
  }

  private func verify(_ entry: TensorEntry, _ checksum: UInt64) throws(SubnetFileFault) {
    guard checksum == entry.checksum else {
      throw .tensorDamaged(path: path, tensor: entry.name, found: checksum, expected: entry.checksum)
    }
    let paddingEnd = min(FileFormat.aligned(entry.range.upperBound), bytes.count)
    guard bytes[entry.range.upperBound..<paddingEnd].allSatisfy({ $0 == 0 }) else {
      throw .padding(path: path, before: entry.name)
    }
  }
}
