public import LHModel
import LHQuantization
import LHSystem
public import LHTensors

extension SubnetReader {
  /// A tensor's elements, row-major, in their stored number format; those of an int8 tensor as the float32 numbers that
  /// they stand for.
  ///
  /// They are in memory of their own, read, verified and decoded anew at each call. Only a raw tensor of a file that
  /// lies in memory is a view of that.
  public func tensor(_ role: TensorRole) throws(SubnetFileFault) -> TensorView { try tensor(try entry(role)) }

  /// The elements of the tensor of an entry of this file, as `tensor(_:)` gives them by their role.
  public func tensor(_ entry: TensorEntry) throws(SubnetFileFault) -> TensorView {
    let payload = try payload(of: entry)
    guard entry.elementType == .int8 else { return view(of: payload, entry, rows: entry.shape[0]) }
    let int8 = try int8Payload(entry, UnsafeRawBufferPointer(rebasing: payload.bytes[entry.int8Sections.rest]))
    let weights = try heapMemory(entry.shape.reduce(4, *), for: "the weights of a tensor")
    // `bytes` alone does not keep the memory.
    defer { withExtendedLifetime(payload) {} }
    try decode(entry) { () throws(Int8Problem) in
      try int8.decode(payload.bytes, firstRow: 0, count: entry.shape[0], to: weights.bytes)
    }
    return float32View(of: weights, entry, rows: entry.shape[0])
  }

  /// Passes a tensor's rows (along its first axis) on in order, some at a time. Those of a raw tensor are read part by
  /// part, each into the place of the one before, and pass into the checksum from there.
  ///
  /// When this throws, the tensor is damaged and nothing that `body` made of the rows may be used. A compressed tensor
  /// is verified before it is decoded.
  ///
  /// - Parameter body: Called with the rows, as `tensor` would give them, and the index of the first of them. They are
  ///   there for the call only.
  public func forEachPart(
    of role: TensorRole, rowsAtOnce: Int, _ body: (_ rows: TensorView, _ first: Int) -> Void
  ) throws(SubnetFileFault) {
    let entry = try entry(role)
    guard entry.elementType == .int8 else {
      return try forEachStoredPart(of: entry, rowsAtOnce) { part, rows throws(SubnetFileFault) in
        body(view(of: part, entry, rows: rows.count), rows.lowerBound)
      }
    }
    let most = min(rowsAtOnce, entry.shape[0])
    let weights = try heapMemory(entry.shape.dropFirst().reduce(4 * most, *), for: "a part of a tensor")
    var int8: Int8Payload?
    try forEachStoredPart(
      of: entry, rowsAtOnce,
      rest: { rest throws(SubnetFileFault) in
        int8 = try int8Payload(entry, rest)
      }
    ) { part, rows throws(SubnetFileFault) in
      try decode(entry) { () throws(Int8Problem) in
        try int8?.decode(part.bytes, firstRow: rows.lowerBound, count: rows.count, to: weights.bytes)
      }
      body(float32View(of: weights, entry, rows: rows.count), rows.lowerBound)
    }
  }

  /// The input channels of an int8 tensor that have scales of their own, because their activations are far larger than
  /// the others'; in rising order. None for the other types.
  ///
  /// The checksum is not verified: it is when the tensor is read, which then must have the same outliers.
  public func outliers(of role: TensorRole) throws(SubnetFileFault) -> [Int] { try outliers(of: try entry(role)) }

  /// The same of the tensor of an entry of this file.
  public func outliers(of entry: TensorEntry) throws(SubnetFileFault) -> [Int] {
    guard entry.outlierCount > 0 else { return [] }
    let place = entry.int8Sections.outliers
    let bytes: [UInt8]
    switch entry.encoding {
    case .raw:
      let start = entry.range.lowerBound
      bytes = try self.bytes.copy(start + place.lowerBound..<start + place.upperBound)
    case .zstd:
      let payload = try payload(of: entry)
      bytes = withExtendedLifetime(payload) { Array(payload.bytes[place]) }
    }
    let outliers = try decode(entry) { () throws(Int8Problem) in
      try bytes.withUnsafeBufferPointer { bytes throws(Int8Problem) in
        try Int8Payload.outliers(entry, UnsafeRawBufferPointer(bytes))
      }
    }
    toldOutliers.withLock { $0[entry.name] = outliers }
    return outliers
  }

  // MARK: Payloads

  /// A payload's bytes, verified and decompressed.
  private func payload(of entry: TensorEntry) throws(SubnetFileFault) -> TensorStorage {
    let stored = try bytes.storage(entry.range)
    try verify(entry, XXH64.hash(stored.bytes))
    guard entry.encoding == .zstd else { return stored }
    defer { withExtendedLifetime(stored) {} }
    let content = try heapMemory(entry.decodedSize, for: "the weights of a tensor")
    do throws(ZstdFrame.Failure) {
      try ZstdFrame.decompress(stored.bytes, into: content.bytes)
    } catch {
      throw .wrongFrame(path: path, tensor: entry.name, problem: error.problem)
    }
    return TensorStorage(bytes: UnsafeRawBufferPointer(content.bytes), owner: content)
  }

  /// Calls `body` with the stored bytes of rows in order.
  ///
  /// - Parameter rest: Called before with the bytes behind those of all rows.
  private func forEachStoredPart(
    of entry: TensorEntry, _ rowsAtOnce: Int,
    rest readRest: (UnsafeRawBufferPointer) throws(SubnetFileFault) -> Void = { _ in },
    _ body: (_ part: TensorStorage, _ rows: Range<Int>) throws(SubnetFileFault) -> Void
  ) throws(SubnetFileFault) {
    let rowSize = entry.rowSize
    let count = entry.shape[0]
    let restRange = count * rowSize..<entry.decodedSize
    func forEachPart(
      _ storage: (_ range: Range<Int>) throws(SubnetFileFault) -> TensorStorage
    ) throws(SubnetFileFault) {
      for first in stride(from: 0, to: count, by: rowsAtOnce) {
        let rows = first..<min(first + rowsAtOnce, count)
        try body(try storage(rows.lowerBound * rowSize..<rows.upperBound * rowSize), rows)
      }
    }
    guard entry.encoding == .raw else {
      let payload = try payload(of: entry)
      try readRest(UnsafeRawBufferPointer(rebasing: payload.bytes[restRange]))
      return try forEachPart { range in
        TensorStorage(bytes: UnsafeRawBufferPointer(rebasing: payload.bytes[range]), owner: payload)
      }
    }
    let rest = try bytes.storage(restRange.shifted(by: entry.range.lowerBound))
    defer { withExtendedLifetime(rest) {} }
    try readRest(rest.bytes)
    let place = try bytes.room(for: min(rowsAtOnce, count) * rowSize)
    var hash = XXH64()
    try forEachPart { range throws(SubnetFileFault) in
      let part = try bytes.read(range.shifted(by: entry.range.lowerBound), into: place)
      hash.update(part)
      return TensorStorage(bytes: part, owner: place ?? bytes.owner)
    }
    hash.update(rest.bytes)
    try verify(entry, hash.value)
  }

  private func view(of bytes: TensorStorage, _ entry: TensorEntry, rows: Int) -> TensorView {
    guard
      let view = TensorView(
        elementType: entry.elementType.decoded, shape: [rows] + entry.shape.dropFirst(), storage: bytes)
    else { preconditionFailure("the table's sizes were checked") }
    return view
  }

  private func float32View(of weights: HeapMemory, _ entry: TensorEntry, rows: Int) -> TensorView {
    view(of: TensorStorage(bytes: UnsafeRawBufferPointer(weights.bytes), owner: weights), entry, rows: rows)
  }

  /// What follows the values of an int8 tensor, checked.
  private func int8Payload(_ entry: TensorEntry, _ rest: UnsafeRawBufferPointer) throws(SubnetFileFault) -> Int8Payload
  {
    let payload = try decode(entry) { () throws(Int8Problem) in try Int8Payload(entry, rest) }
    // Who was told other outliers has decided by them.
    if let told = toldOutliers.withLock({ $0[entry.name] }), told != payload.layout.outliers {
      throw .file(.changed(path: path))
    }
    return payload
  }

  /// What `body` makes of a payload, which is verified in advance only when it is compressed or wanted whole.
  private func decode<Result>(
    _ entry: TensorEntry, _ body: () throws(Int8Problem) -> Result
  ) throws(SubnetFileFault) -> Result {
    do throws(Int8Problem) {
      return try body()
    } catch {
      // Damage is the likelier cause, and then the one to name.
      _ = try payload(of: entry)
      throw .wrongInt8(path: path, tensor: entry.name, error)
    }
  }

  private func verify(_ entry: TensorEntry, _ checksum: UInt64) throws(SubnetFileFault) {
    guard checksum == entry.checksum else {
      try bytes.checkUnchanged()
      throw .tensorDamaged(path: path, tensor: entry.name, found: checksum, expected: entry.checksum)
    }
    let paddingEnd = min(FileFormat.aligned(entry.range.upperBound), bytes.count)
    guard try bytes.copy(entry.range.upperBound..<paddingEnd).allSatisfy({ $0 == 0 }) else {
      throw .padding(path: path, before: entry.name)
    }
  }
}

extension TensorEntry {
  /// Where the parts of an int8 payload are.
  fileprivate var int8Sections: Int8Sections { Int8Sections(shape: shape, outlierCount: outlierCount) }

  /// Bytes of a row's elements, decompressed: of an int8 tensor those of its values.
  fileprivate var rowSize: Int {
    shape.dropFirst().reduce(elementType == .int8 ? 1 : elementType.decoded.byteCount, *)
  }
}

extension Range<Int> {
  fileprivate func shifted(by distance: Int) -> Range { lowerBound + distance..<upperBound + distance }
}
