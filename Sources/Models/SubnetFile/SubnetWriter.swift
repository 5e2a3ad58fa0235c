public import LHModel
public import LHQuantization
import LHSystem
import LHTensorNames
import LHTensors

/// Writes subnet files.
public struct SubnetWriter: Sendable {
  /// What the model is.
  public var model: ModelDescription
  /// Where it comes from; `provenance.weights` chooses the element types. The digest is asked for when it is needed.
  public var provenance: Provenance
  /// zstd's level, 1...19, or 0 for no compression. A tensor that does not shrink stays as it is.
  public var compressionLevel = SubnetWriter.defaultCompressionLevel

  /// With weights in int8: which tensors those are, and their outlier channels. Without a plan all that may be, and
  /// none.
  public var plan: QuantizationPlan?

  /// The level that Docs/format.md gives reasons for.
  public static let defaultCompressionLevel = 0
  /// The levels that there are; 0 means no compression.
  public static let compressionLevels = 0...19

  /// Tensors that are made at once, by as many threads as there are processors: about one encoder layer.
  private static let batchSize = 16

  /// A writer of one model.
  public init(_ model: ModelDescription, provenance: Provenance) {
    self.model = model
    self.provenance = provenance
  }

  /// Writes a file, which appears under its name only when it is whole and on the disk.
  ///
  /// The same values and provenance give the same bytes, with the same version of zstd.
  ///
  /// - Parameters:
  ///   - replacing: Whether a file of that name may be replaced.
  ///   - sourceDigest: Gives SHA-256 of the source when everything else is written, so that it can be computed
  ///     meanwhile.
  ///   - progress: Told the tensors done and the number of tensors; what it throws ends the writing.
  ///   - values: Writes a tensor's elements as float32, row-major, into a buffer of exactly its size, and returns the
  ///     largest rounding error made on the way. Called by several threads at once.
  /// - Throws: `SubnetFileFault`, and what the closures throw.
  public func write(
    to path: String, replacing: Bool = false, sourceDigest: () throws -> String,
    progress: (Int, Int) throws -> Void = { _, _ in },
    values: @Sendable (EncoderTensor, UnsafeMutableBufferPointer<Float>) throws -> Double
  ) throws -> SubnetSummary {
    let shape = model.shape
    let names = FairseqNames(shape)
    let layout = EncoderLayout(shape).tensors.map { NamedTensor(tensor: $0, name: names.name(of: $0.role)) }
    let tableLength = layout.reduce(0) { $0 + TensorEntry.size(name: $1.name, rank: $1.shape.count) }
    var header = SubnetHeader(model: model, provenance: provenance)
    let preamble = Preamble(
      version: layout.reduce(model.firstVersion) { max($0, form(of: $1).firstVersion) },
      jsonLength: header.text.utf8.count,
      tableLength: tableLength, tensorCount: layout.count)
    try check(preamble, layout, path: path)
    do {
      let file = try AtomicFile(path: path, replacing: replacing)
      try file.write([UInt8](repeating: 0, count: preamble.end))
      var summary = SubnetSummary(
        sourceByteCount: provenance.sourceSize, plan: provenance.weights == .int8 ? plan : nil)
      for start in stride(from: 0, to: layout.count, by: SubnetWriter.batchSize) {
        let batch = layout[start..<min(start + SubnetWriter.batchSize, layout.count)]
        try checkMemory(for: batch)
        for (tensor, encoded) in zip(batch, try encode(batch, values)) {
          let entry = try append(tensor, encoded, to: file)
          summary.add(entry, error: encoded.error, sourceError: encoded.sourceError)
        }
        try progress(batch.endIndex, layout.count)
      }
      header = SubnetHeader(model: model, provenance: provenance.with(digest: try sourceDigest()))
      try overwriteHeader(of: file, preamble, header, summary.entries)
      try file.commit()
      summary.byteCount = file.byteCount
      return summary
    } catch let fault as FileFault {
      throw SubnetFileFault.file(fault)
    }
  }

  /// The limits that a reader insists on.
  private func check(_ preamble: Preamble, _ layout: [NamedTensor], path: String) throws(SubnetFileFault) {
    for (part, range, limit) in [
      (HeaderPart.json, preamble.json, FileFormat.jsonLimit), (.table, preamble.table, FileFormat.tableLimit),
    ] where range.count > limit {
      throw .tooLong(path: path, part: part, found: range.count, limit: limit)
    }
    for tensor in layout {
      var size = tensor.count * ElementType.float32.byteCount
      if case .int8(let outliers) = form(of: tensor) {
        size = max(size, Int8Sections(shape: tensor.shape, outlierCount: outliers.count).byteCount)
      }
      guard size <= FileFormat.tensorLimit else { throw .tensorTooLarge(path: path, tensor: tensor.name) }
    }
  }

  /// Arrays that cannot be had end the process: makes sure that there is room for a batch as what it is made of, as
  /// float32 numbers, as what is stored, and compressed.
  private func checkMemory(for tensors: ArraySlice<NamedTensor>) throws(SubnetFileFault) {
    let copies = compressionLevel > 0 ? 4 : 3
    let size = tensors.reduce(0) { $0 + $1.count * ElementType.float32.byteCount }
    do throws(OutOfMemory) {
      try MemoryLimit.probe(copies * size, for: "the weights of a layer")
    } catch {
      throw .memory(error)
    }
  }

  private func encode(
    _ tensors: ArraySlice<NamedTensor>,
    _ values: @Sendable (EncoderTensor, UnsafeMutableBufferPointer<Float>) throws -> Double
  ) throws -> [EncodedTensor] {
    let results = Locked<[Result<EncodedTensor, any Error>?]>(Array(repeating: nil, count: tensors.count))
    withoutActuallyEscaping(values) { values in
      inParallel(tensors.count) { index in
        let tensor = tensors[tensors.startIndex + index]
        let result = Result {
          try EncodedTensor(
            tensor, form: form(of: tensor), compressionLevel: compressionLevel, values: values)
        }
        results.withLock { $0[index] = result }
      }
    }
    return try results.withLock { $0 }.compactMap { try $0?.get() }
  }

  private func append(
    _ tensor: NamedTensor, _ encoded: EncodedTensor, to file: AtomicFile
  ) throws(FileFault) -> TensorEntry {
    let start = FileFormat.aligned(file.byteCount)
    try file.write([UInt8](repeating: 0, count: start - file.byteCount))
    try encoded.content.withBytes { bytes throws(FileFault) in try file.write(bytes) }
    return TensorEntry(
      name: tensor.name, shape: tensor.shape, elementType: encoded.elementType, outlierCount: encoded.outlierCount,
      encoding: encoded.encoding, range: start..<file.byteCount, checksum: encoded.checksum)
  }

  private func overwriteHeader(
    of file: AtomicFile, _ preamble: Preamble, _ header: SubnetHeader, _ entries: [TensorEntry]
  ) throws(FileFault) {
    var bytes = preamble.bytes(fileSize: file.byteCount)
    bytes += header.text.utf8
    for entry in entries { entry.write(to: &bytes) }
    precondition(bytes.count == preamble.table.upperBound, "a header of another length than was left room for")
    let checksum = bytes.withUnsafeBytes { XXH64.hash($0) }
    withUnsafeBytes(of: checksum.littleEndian) { bytes.append(contentsOf: $0) }
    try file.overwrite(bytes, at: 0)
  }
}

extension Provenance {
  fileprivate func with(digest: String) -> Provenance {
    var provenance = self
    provenance.sourceSHA256 = digest
    return provenance
  }
}
