import Glibc
import LHSystemC

/// A file without a name that lies in memory, for programs that want to go back and forth in what came through a pipe.
package final class MemoryFile {
  /// Where to read and write.
  package let descriptor: Int32

  /// An empty file; throws when there are too many open files, or no memory.
  package init() throws(SystemError) {
    descriptor = cfiles_memory_file()
    guard descriptor >= 0 else { throw .last }
  }

  deinit { close(descriptor) }

  /// Appends bytes.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    try writeAll(bytes, to: descriptor)
  }

  /// Copies those from an offset on, as many as fit or as there are.
  package func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    while true {
      let count = pread(descriptor, target.baseAddress, target.count, off_t(offset))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .last }
      return count
    }
  }

  /// Goes back to the first byte, for whoever reads it next.
  package func rewind() throws(SystemError) {
    guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw .last }
  }
}
