import Glibc

/// Writes all of some bytes to a descriptor, at its place, and waits where it takes no more for now.
public func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(SystemError) {
  var done = 0
  while done < bytes.count {
    let count = write(descriptor, bytes.baseAddress! + done, bytes.count - done)
    if count > 0 {
      done += count
    } else if count == 0 {
      throw SystemError(code: EIO)
    } else if errno == EAGAIN {
      // Somebody at the other end of a shared terminal or pipe made it non-blocking.
      var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      poll(&waiting, 1, -1)
    } else if errno != EINTR {
      throw .last
    }
  }
}
