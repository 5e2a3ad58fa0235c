internal import LHSystem

extension Checkpoint {
  /// Bytes of the file that are read at once.
  private static let chunkSize = 4 << 20

  /// Reads the whole file once, from front to back, and holds every record of a zip archive against its CRC-32. PyTorch
  /// can be told to write none; the older container has none.
  ///
  /// - Parameter body: Gets the bytes, part by part.
  /// - Throws: `badChecksum`; `FileFault.changed`, in `unreadable`, when the file is not as it was when it was opened.
  public func readContents(_ body: (UnsafeRawBufferPointer) -> Void) throws(CheckpointFault) {
    let chunk = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(Checkpoint.chunkSize, file.byteCount), alignment: 64)
    defer { chunk.deallocate() }
    var checksum = CRC32()
    var next = 0
    for start in stride(from: 0, to: file.byteCount, by: Checkpoint.chunkSize) {
      let range = start..<min(start + Checkpoint.chunkSize, file.byteCount)
      let bytes = UnsafeMutableRawBufferPointer(rebasing: chunk[..<range.count])
      try mappingError(of: file.read(range, into: bytes), to: CheckpointFault.unreadable)
      body(UnsafeRawBufferPointer(bytes))
      while next < records.count, records[next].range.lowerBound < range.upperBound {
        let part = records[next].range.clamped(to: range)
        checksum.update(UnsafeRawBufferPointer(rebasing: bytes[part.lowerBound - start..<part.upperBound - start]))
        // The rest of this record is in the next part.
        if records[next].range.upperBound > range.upperBound { break }
        guard checksum.value == records[next].checksum else {
          throw .badChecksum(path: path, record: records[next].name)
        }
        checksum = CRC32()
        next += 1
      }
    }
    try checkUnchanged()
  }

  /// Makes sure that nobody wrote to the file since it was opened: then everything that was read is of one state of it.
  public func checkUnchanged() throws(CheckpointFault) {
    try mappingError(of: file.checkUnchanged(), to: CheckpointFault.unreadable)
  }
}
