import LHSystem

/// What keeps the bytes that come through a pipe: decoders want to go back, and a pipe cannot.
protocol PipeStore: AnyObject {
  /// Bytes that have come.
  var count: Int { get }

  /// Where the next bytes are put: room for one at least.
  func room() -> UnsafeMutableRawBufferPointer

  /// Keeps so many bytes, which are in the room that was given last.
  func keep(_ count: Int) throws(SystemError)

  /// What has come.
  func bytes(name: String) -> SoundBytes
}

extension AudioSource {
  /// Takes all that comes until the end, at most as much as the longest recording needs.
  ///
  /// - Parameter accepts: Given the first bytes, says how many may come, or throws when they are none of a sound file:
  ///   something else may never end.
  func gather(
    into store: some PipeStore, limits: ReadingLimits,
    accepts: (_ start: SoundBytes, ReadingLimits) throws(AudioFault) -> Int
  ) throws(AudioFault) {
    var limit = Int.max
    while true {
      let count = try read(into: store.room(), timeout: limits.timeout)
      guard count > 0 else { break }
      try mappingError(of: store.keep(count)) { (reason: SystemError) in
        AudioFault.cannotRead(name: name, reason: reason)
      }
      if limit == .max, store.count >= ReadingLimits.headerSize {
        limit = try accepts(store.bytes(name: name), limits)
      }
      guard store.count <= limit else {
        throw .streamTooLong(name: name, byteCount: store.count, maxSeconds: limits.maxSeconds)
      }
    }
    guard store.count > 0 else { throw .empty(name: name) }
  }
}
