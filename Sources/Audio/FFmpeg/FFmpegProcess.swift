import Glibc
import LHSystem

/// A program that was started to write to a pipe, and never outlives this object.
final class FFmpegProcess {
  /// How it ended.
  enum Ending: Equatable {
    case exited(status: Int32)
    case killed(signal: Int32)
    /// Somebody else took the status, as the system does where SIGCHLD is ignored.
    case unknown
  }

  private let process: pid_t
  private let output: Pipe
  private let errors: Pipe
  private var ending: Ending?
  /// The first bytes of its standard error; what comes later is read and forgotten.
  private(set) var messages: [UInt8] = []

  /// Bytes of standard error that are kept.
  private static let keptSize = 1 << 12

  /// Starts a program, without a shell. It has three descriptors: standard input is `input`, the others are read here.
  ///
  /// Its environment is PATH and LD_LIBRARY_PATH, with which it is found and loaded, and the C locale. Not the rest:
  /// variables such as FFREPORT make it write files.
  init(path: String, arguments: [String], input: Int32) throws(SystemError) {
    output = try Pipe()
    errors = try Pipe()
    // Only here: a program may take a standard error that never blocks badly.
    _ = fcntl(errors.readEnd, F_SETFL, O_NONBLOCK)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output.writeEnd, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors.writeEnd, STDERR_FILENO)
    closeDescriptors(from: STDERR_FILENO + 1, in: &actions)

    // The programs ignore SIGPIPE, by which ffmpeg is to end when nobody reads.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

    let variables = ["PATH", "LD_LIBRARY_PATH"].compactMap { (name: String) in
      getenv(name).map { "\(name)=" + String(cString: $0) }
    }
    var process = pid_t()
    let failure = withCStrings([path] + arguments) { arguments in
      withCStrings(variables + ["LC_ALL=C"]) { variables in
        posix_spawn(&process, path, &actions, &attributes, arguments, variables)
      }
    }
    guard failure == 0 else { throw SystemError(code: failure) }
    self.process = process
    output.closeWriteEnd()
    errors.closeWriteEnd()
  }

  deinit {
    guard ending == nil else { return }
    var status: Int32 = 0
    // Whoever was waited for by somebody else may have left its number to another.
    guard waitpid(process, &status, WNOHANG) == 0 else { return }
    kill(process, SIGKILL)
    _ = retryingInterrupted { waitpid(process, &status, 0) }
  }

  /// Waits for bytes of standard output and takes them, at most as many as fit; 0 at its end, nil when `deadline`
  /// passes before. Standard error is emptied meanwhile, so that the program never waits for that.
  func read(into buffer: UnsafeMutableRawBufferPointer, until deadline: Deadline) throws(SystemError) -> Int? {
    while true {
      var waiting = [
        pollfd(fd: output.readEnd, events: Int16(POLLIN), revents: 0),
        pollfd(fd: errors.readEnd, events: Int16(POLLIN), revents: 0),
      ]
      let ready = poll(&waiting, 2, deadline.milliseconds)
      if ready < 0 && errno != EINTR && errno != EAGAIN { throw .last }
      if ready > 0 && waiting[1].revents != 0 { takeErrors() }
      if ready > 0 && waiting[0].revents != 0 {
        let count = Glibc.read(output.readEnd, buffer.baseAddress, buffer.count)
        if count >= 0 { return count }
        guard errno == EINTR || errno == EAGAIN else { throw .last }
      }
      if deadline.hasPassed { return nil }
    }
  }

  /// Waits until the program has ended; nil when `deadline` passes before.
  func end(until deadline: Deadline) -> Ending? {
    output.closeReadEnd()
    var pause: Int32 = 1
    while ending == nil {
      var status: Int32 = 0
      let ended = waitpid(process, &status, WNOHANG)
      if ended == process {
        ending = status & 0x7f == 0 ? .exited(status: status >> 8 & 0xff) : .killed(signal: status & 0x7f)
      } else if ended < 0 && errno != EINTR {
        ending = .unknown
      } else if deadline.hasPassed {
        return nil
      } else {
        // A process that it started may hold standard error open for ever, so its end tells nothing.
        poll(nil, 0, pause)
        pause = min(2 * pause, 20)
      }
      takeErrors()
    }
    return ending
  }

  /// Takes what there is on standard error, without waiting and not for ever.
  private func takeErrors() {
    guard errors.readEnd >= 0 else { return }
    withUnsafeTemporaryAllocation(byteCount: 1 << 12, alignment: 1) { buffer in
      for _ in 0..<64 {
        let count = Glibc.read(errors.readEnd, buffer.baseAddress, buffer.count)
        if count < 0 && errno == EINTR { continue }
        // poll would tell the end again and again.
        if count == 0 { errors.closeReadEnd() }
        guard count > 0 else { return }
        messages += buffer.prefix(min(count, FFmpegProcess.keptSize - messages.count))
      }
    }
  }
}

/// Calls `body` with a null-terminated array of C strings.
private func withCStrings<R>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R) -> R {
  let copies = strings.map { strdup($0) }
  defer { copies.forEach { free($0) } }
  return body(copies + [nil])
}
