import Glibc

/// A file for a C library: parts of a sound's bytes, and bytes of our own, one behind the other, with a place of
/// reading.
final class VirtualFile {
  /// A part of it.
  enum Part {
    /// Bytes of our own, such as a header without what is not wanted.
    case bytes([UInt8])
    /// A range of the sound's bytes.
    case range(Range<Int>)

    var count: Int {
      switch self {
      case .bytes(let bytes): bytes.count
      case .range(let range): range.count
      }
    }
  }

  private let sound: SoundBytes
  private let parts: [Part]
  /// Bytes of all parts.
  let count: Int
  /// Where the next byte is read; it may lie behind the end.
  private(set) var position = 0
  /// The first read that failed. Libraries take it for the end, so nothing that was decoded then can be trusted.
  private(set) var fault: AudioFault?

  init(_ sound: SoundBytes, _ parts: [Part]) {
    self.sound = sound
    self.parts = parts
    count = parts.reduce(0) { $0 + $1.count }
  }

  /// Moves to an offset from the beginning, from here, or from the end, and says where that is; nowhere before the
  /// beginning.
  func seek(by offset: Int, from origin: Int32) -> Int {
    let start = origin == SEEK_SET ? 0 : origin == SEEK_CUR ? position : count
    let (target, overflow) = start.addingReportingOverflow(offset)
    if !overflow && target >= 0 { position = target }
    return position
  }

  /// Reads on, and says how many bytes that gave: fewer than wanted at the end, or when reading fails.
  func read(into buffer: UnsafeMutableRawPointer?, count wanted: Int) -> Int {
    guard let buffer, wanted > 0 else { return 0 }
    var done = 0
    while done < wanted, position < count, fault == nil {
      let got = readPart(into: UnsafeMutableRawBufferPointer(start: buffer + done, count: wanted - done))
      guard got > 0 else { break }
      done += got
      position += got
    }
    return done
  }

  /// What the part in which the position lies has of it.
  private func readPart(into target: UnsafeMutableRawBufferPointer) -> Int {
    var offset = position
    for part in parts {
      guard offset >= part.count else {
        let size = min(target.count, part.count - offset)
        let target = UnsafeMutableRawBufferPointer(rebasing: target[..<size])
        switch part {
        case .bytes(let bytes):
          target.copyBytes(from: bytes[offset..<offset + size])
          return size
        case .range(let range):
          do throws(AudioFault) {
            return try sound.copy(from: range.lowerBound + offset, into: target)
          } catch {
            fault = error
            return 0
          }
        }
      }
      offset -= part.count
    }
    return 0
  }
}

extension VirtualFile {
  /// The object that a C library was given to pass on; whoever gave it keeps it alive.
  static func from(_ context: UnsafeMutableRawPointer?) -> VirtualFile {
    Unmanaged<VirtualFile>.fromOpaque(context!).takeUnretainedValue()
  }

  /// What a C library is given to pass on.
  var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }
}
