import Glibc
import LHSystem

/// An open file, pipe or socket.
final class AudioSource {
  let name: String
  let descriptor: Int32
  /// The size of a regular file that stands at its beginning, which is read from any offset on; nil for all else.
  let fileSize: Int?

  /// Opens what a path leads to; nil is standard input. A named pipe is not waited for: `read` does that.
  init(path: String?, name: String) throws(AudioFault) {
    self.name = name
    descriptor =
      path.map { path in retryingInterrupted { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) } }
      ?? STDIN_FILENO
    guard descriptor >= 0 else { throw .cannotRead(name: name, reason: .last) }
    do throws(AudioFault) {
      fileSize = try AudioSource.fileSize(descriptor, name: name)
    } catch {
      AudioSource.closeOwned(descriptor)
      throw error
    }
  }

  deinit { AudioSource.closeOwned(descriptor) }

  /// Waits for bytes and takes them, at most as many as fit; returns 0 at the end.
  ///
  /// A pipe without a writer reads as one that has ended. `poll` tells a writer that has gone from one that has not
  /// come yet, and leaves standard input, which other processes may share, as it is.
  func read(into buffer: UnsafeMutableRawBufferPointer, timeout: Double) throws(AudioFault) -> Int {
    let deadline = Deadline(seconds: timeout)
    while true {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&waiting, 1, deadline.milliseconds)
      if ready > 0 {
        let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        if count >= 0 { return count }
        guard errno == EINTR || errno == EAGAIN else { throw .cannotRead(name: name, reason: .last) }
      } else if ready < 0 {
        guard errno == EINTR || errno == EAGAIN else { throw .cannotRead(name: name, reason: .last) }
      } else if deadline.hasPassed {
        throw .stalled(name: name, seconds: timeout)
      }
    }
  }

  /// The bytes of a regular file, or all that come through anything else until it ends.
  func contents(limits: ReadingLimits) throws(AudioFault) -> SoundBytes {
    guard let fileSize else {
      let contents = PipeContents()
      try gather(into: contents, limits: limits, accepts: PipeContents.accepts)
      return contents.bytes(name: name)
    }
    return SoundBytes(name: name, count: fileSize) { [self] offset, target throws(AudioFault) in
      try copy(from: offset, into: target)
    }
  }

  private func copy(from offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(AudioFault) -> Int {
    var done = 0
    while done < buffer.count {
      let count = pread(descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .cannotRead(name: name, reason: .last) }
      if count == 0 { break }
      done += count
    }
    return done
  }

  private static func fileSize(_ descriptor: Int32, name: String) throws(AudioFault) -> Int? {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .cannotRead(name: name, reason: .last) }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: throw .folder(name: name)
    case S_IFREG:
      guard status.st_size > 0 else { throw .empty(name: name) }
      return lseek(descriptor, 0, SEEK_CUR) == 0 ? Int(status.st_size) : nil
    case S_IFIFO, S_IFSOCK: return nil
    default: throw .device(name: name)
    }
  }

  private static func closeOwned(_ descriptor: Int32) {
    if descriptor != STDIN_FILENO { close(descriptor) }
  }
}
