import Glibc
public import LHSystem

/// Where a .npy file goes.
public enum NumPyDestination {
  /// An open file descriptor, which may be a pipe; `name` stands for it in errors, for example "standard output".
  case descriptor(Int32, name: String)
  /// A file that appears when it is whole; committing it is left to the caller.
  case file(AtomicFile)
}

/// Writes a float32 array as a .npy file, piece by piece.
public struct NumPyWriter {
  private let destination: NumPyDestination
  /// Elements still to come.
  public private(set) var remainingCount: Int

  /// Writes the header of an array of a shape: (T, E) or (n, T, E), say.
  public init(shape: [Int], to destination: NumPyDestination) throws(FileFault) {
    let header = NumPyHeader(shape: shape)
    self.destination = destination
    remainingCount = header.elementCount
    try header.bytes.withUnsafeBufferPointer { bytes throws(FileFault) in
      try write(bytes: UnsafeRawBufferPointer(bytes))
    }
  }

  /// Writes the next elements in row-major order; all calls together give as many as the shape holds.
  public mutating func write(_ values: [Float]) throws(FileFault) {
    try values.withUnsafeBufferPointer { values throws(FileFault) in try write(values) }
  }

  /// Writes the next elements from memory.
  public mutating func write(_ values: UnsafeBufferPointer<Float>) throws(FileFault) {
    precondition(values.count <= remainingCount, "more elements than the shape holds")
    // Float32 is little-endian in the file as on every processor that Swift is made for.
    try write(bytes: UnsafeRawBufferPointer(values))
    remainingCount -= values.count
  }

  private func write(bytes: UnsafeRawBufferPointer) throws(FileFault) {
    switch destination {
    case .descriptor(let descriptor, let name): try writeAll(bytes, to: descriptor, name: name)
    case .file(let file): try file.write(bytes)
    }
  }

  private func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, name: String) throws(FileFault) {
    var done = 0
    while done < bytes.count {
      let count = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      if count >= 0 {
        done += count
      } else if errno == EAGAIN {
        // Somebody at the other end of a shared terminal or pipe made it non-blocking.
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&waiting, 1, -1)
      } else if errno != EINTR {
        throw .cannotWrite(path: name, reason: .last)
      }
    }
  }
}
