/// The bytes of a sound, which can be had from any offset on: those of a file, or those that came through a pipe.
final class SoundBytes {
  /// What messages call them.
  let name: String
  /// How many there are.
  let count: Int
  private let read: (_ offset: Int, _ target: UnsafeMutableRawBufferPointer) throws(AudioFault) -> Int

  /// `read` gives those from an offset on, as many as fit or as there are.
  init(
    name: String, count: Int,
    read: @escaping (_ offset: Int, _ target: UnsafeMutableRawBufferPointer) throws(AudioFault) -> Int
  ) {
    self.name = name
    self.count = count
    self.read = read
  }

  /// Those of an array.
  convenience init(_ bytes: [UInt8], name: String) {
    self.init(name: name, count: bytes.count) { offset, target throws(AudioFault) in
      let count = min(target.count, bytes.count - offset)
      target.copyBytes(from: bytes[offset..<offset + count])
      return count
    }
  }

  /// Copies those from an offset on, as many as fit or as there are.
  func copy(from offset: Int, into target: UnsafeMutableRawBufferPointer) throws(AudioFault) -> Int {
    let room = max(0, min(target.count, count - offset))
    guard offset >= 0, room > 0 else { return 0 }
    return try read(offset, UnsafeMutableRawBufferPointer(rebasing: target[..<room]))
  }

  /// The same in an array.
  func bytes(at offset: Int, count: Int) throws(AudioFault) -> [UInt8] {
    let wanted = max(0, min(count, self.count - offset))
    return try [UInt8](unsafeUninitializedCapacity: wanted) { buffer, done throws(AudioFault) in
      // There may be room for more.
      let target = UnsafeMutableBufferPointer(rebasing: buffer[..<wanted])
      done = try copy(from: offset, into: UnsafeMutableRawBufferPointer(target))
    }
  }
}
