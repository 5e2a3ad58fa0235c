internal import LHSystem

extension Checkpoint {
  /// Reads the whole file once, from front to back, and holds every record of a zip archive against its CRC-32. PyTorch
  /// can be told to write none; the older container has none.
  ///
  /// - Parameter body: Gets the bytes, part by part.
  /// - Throws: `badChecksum`; `FileFault.changed`, in `unreadable`, when the file is not as it was when it was opened.
  public func readContents(_ body: (UnsafeRawBufferPointer) -> Void) throws(CheckpointFault) {
    var checksum = CRC32()
    var next = 0
    try file.readContents(
      { bytes, start throws(CheckpointFault) in
        body(bytes)
        let range = start..<start + bytes.count
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
      }, unreadable: CheckpointFault.unreadable)
    try checkUnchanged()
  }

  /// Makes sure that nobody wrote to the file since it was opened: then everything that was read is of one state of it.
  public func checkUnchanged() throws(CheckpointFault) {
    try mappingError(of: file.checkUnchanged(), to: CheckpointFault.unreadable)
  }
}
