import Glibc

/// A file's bytes, mapped into memory for reading: pages are read when they are touched and can be given back.
public final class MappedFile: Sendable {
  /// The path it was opened with.
  public let path: String
  /// All bytes of the file. Valid as long as this object lives.
  public nonisolated(unsafe) let bytes: UnsafeRawBufferPointer

  /// Maps a regular file.
  public init(path: String) throws(FileFault) {
    let descriptor = retryingInterrupted { open(path, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw .cannotRead(path: path, reason: .last) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .cannotRead(path: path, reason: .last) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
    self.path = path
    let count = Int(status.st_size)
    guard count > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
      throw .cannotRead(path: path, reason: .last)
    }
    bytes = UnsafeRawBufferPointer(start: start, count: count)
  }

  deinit {
    if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
  }

  /// Tells the system that the pages wholly inside `range` (byte offsets) are not needed for now. They are read again
  /// from the file when touched.
  public func release(_ range: Range<Int>) {
    let page = Int(getpagesize())
    let first = (range.lowerBound + page - 1) / page * page
    let end = range.upperBound == bytes.count ? bytes.count : range.upperBound / page * page
    guard let start = bytes.baseAddress, first < end else { return }
    madvise(UnsafeMutableRawPointer(mutating: start + first), end - first, MADV_DONTNEED)
  }

  /// The same for a part of `bytes`. Memory elsewhere is left alone.
  public func release(_ part: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress, let end = part.baseAddress.map({ $0 + part.count }),
      let first = part.baseAddress,
      first >= start, end <= start + bytes.count
    else { return }
    release(first - start..<end - start)
  }

  /// Tells the system that the pages of `range` (byte offsets) are about to be read.
  public func prefetch(_ range: Range<Int>) {
    let page = Int(getpagesize())
    let first = range.lowerBound / page * page
    guard let start = bytes.baseAddress, first < range.upperBound else { return }
    madvise(UnsafeMutableRawPointer(mutating: start + first), range.upperBound - first, MADV_WILLNEED)
  }
}
