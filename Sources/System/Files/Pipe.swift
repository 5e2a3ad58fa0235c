import Glibc
import LHSystemC

/// Both ends of a pipe, which close when this object goes away unless they were closed before. Programs that are
/// started inherit neither.
package final class Pipe {
  /// Where to read from; -1 when closed.
  package private(set) var readEnd: Int32
  /// Where to write to; -1 when closed.
  package private(set) var writeEnd: Int32

  /// A pipe; throws when there are too many open files.
  package init() throws(SystemError) {
    var ends: (Int32, Int32) = (-1, -1)
    let result = withUnsafeMutableBytes(of: &ends) { cfiles_pipe($0.baseAddress?.assumingMemoryBound(to: Int32.self)) }
    guard result == 0 else { throw .last }
    (readEnd, writeEnd) = ends
  }

  deinit {
    closeReadEnd()
    closeWriteEnd()
  }

  /// Closes the end to read from.
  package func closeReadEnd() {
    if readEnd >= 0 { close(readEnd) }
    readEnd = -1
  }

  /// Closes the end to write to: who reads sees the end when all others who can write have closed theirs.
  package func closeWriteEnd() {
    if writeEnd >= 0 { close(writeEnd) }
    writeEnd = -1
  }
}
