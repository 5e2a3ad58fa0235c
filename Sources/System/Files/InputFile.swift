import Glibc

/// A regular file that is read part by part, into memory of the reader's.
///
/// Nothing is mapped. Of a mapped file that becomes shorter, reading the lost part ends the process; and what was
/// checked in it may change before it is used. What was read here stays as it was read, and a part that is gone is a
/// fault.
public final class InputFile: Sendable {
  /// The path it was opened with.
  public let path: String
  /// Size in bytes when it was opened.
  public let byteCount: Int

  private let descriptor: Int32
  private let opened: Version

  /// Opens a regular file. Something else under that name, such as a pipe, is neither waited for nor read.
  public init(path: String) throws(FileFault) {
    // Without O_NONBLOCK, opening a pipe waits until somebody writes to it.
    let descriptor = retryingInterrupted { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) }
    guard descriptor >= 0 else { throw .cannotRead(path: path, reason: .last) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let reason = SystemError.last
      close(descriptor)
      throw .cannotRead(path: path, reason: reason)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .notAFile(path: path)
    }
    self.path = path
    self.descriptor = descriptor
    byteCount = Int(status.st_size)
    opened = Version(status)
  }

  deinit { close(descriptor) }

  /// Reads the bytes of `range`, which lies within 0..<byteCount, into `target`, which is as long.
  ///
  /// - Throws: `FileFault.changed` when the file has become shorter.
  public func read(_ range: Range<Int>, into target: UnsafeMutableRawBufferPointer) throws(FileFault) {
    precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "outside the file")
    precondition(target.count == range.count, "a place for each byte")
    var done = 0
    while done < range.count {
      let count = pread(
        descriptor, target.baseAddress! + done, range.count - done, off_t(range.lowerBound + done))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .cannotRead(path: path, reason: .last) }
      guard count > 0 else { throw .changed(path: path) }
      done += count
    }
  }

  /// The bytes of `range`, which lies within 0..<byteCount.
  public func bytes(_ range: Range<Int>) throws(FileFault) -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: range.count) { target, count throws(FileFault) in
      try read(range, into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: target[..<range.count])))
      count = range.count
    }
  }

  /// Bytes that are read at once where all are.
  private static let partSize = 4 << 20

  /// Reads the whole file once, from front to back.
  ///
  /// - Parameter body: Gets the bytes, part by part, and where in the file the part begins.
  public func readContents<Failure: Error>(
    _ body: (UnsafeRawBufferPointer, _ start: Int) throws(Failure) -> Void, unreadable: (FileFault) -> Failure
  ) throws(Failure) {
    let part = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(InputFile.partSize, byteCount), alignment: 64)
    defer { part.deallocate() }
    for start in stride(from: 0, to: byteCount, by: InputFile.partSize) {
      let range = start..<min(start + InputFile.partSize, byteCount)
      let bytes = UnsafeMutableRawBufferPointer(rebasing: part[..<range.count])
      try mappingError(of: read(range, into: bytes), to: unreadable)
      try body(UnsafeRawBufferPointer(bytes), start)
    }
  }

  /// Makes sure that nobody wrote to the file since it was opened, as far as its size and times tell.
  public func checkUnchanged() throws(FileFault) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .cannotRead(path: path, reason: .last) }
    guard Version(status) == opened else { throw .changed(path: path) }
  }

  /// What tells one state of a file from another.
  private struct Version: Equatable {
    let size: Int
    let seconds: Int
    let nanoseconds: Int

    init(_ status: stat) {
      size = Int(status.st_size)
      seconds = status.st_mtim.tv_sec
      nanoseconds = status.st_mtim.tv_nsec
    }
  }
}
