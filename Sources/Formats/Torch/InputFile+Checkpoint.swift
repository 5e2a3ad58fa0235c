internal import LHSystem

extension InputFile {
  /// The bytes of `range`, which lies within the file, with the faults of a checkpoint.
  func contents(_ range: Range<Int>) throws(CheckpointFault) -> [UInt8] {
    try mappingError(of: bytes(range), to: CheckpointFault.unreadable)
  }
}
