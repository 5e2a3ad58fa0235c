import Glibc

/// What came out of a process.
public struct ProgramResult: Sendable {
  /// The exit status; minus the signal's number when a signal ended the process.
  public let status: Int32
  /// Standard output.
  public let output: [UInt8]
  /// Standard error.
  public let errors: String
}

/// Runs one of the package's programs, which lie beside the tests, and waits for its end.
///
/// - Parameters:
///   - input: The path of what standard input is.
///   - environment: Variables beside PATH, TMPDIR, LHB_ISA and the options of sanitizers. HOME is not among those.
public func runProgram(
  _ program: String, _ arguments: [String], input: String = "/dev/null", environment: [String: String] = [:]
) -> ProgramResult {
  run(programFolder + program, [program] + arguments, input: input, environment: environment)
}

/// Runs a line of shell. The package's programs come first in its PATH; `arguments` are $1, $2 and so on.
public func runShell(
  _ line: String, _ arguments: [String] = [], environment: [String: String] = [:]
) -> ProgramResult {
  let path = programFolder + ":" + (variable("PATH") ?? "/usr/bin:/bin")
  let environment = environment.merging(["PATH": path]) { given, _ in given }
  return run("/bin/sh", ["sh", "-c", line, "sh"] + arguments, input: "/dev/null", environment: environment)
}

/// The folder of the running tests, with a slash at the end.
private let programFolder: String = {
  var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
  let count = buffer.withUnsafeMutableBytes { readlink("/proc/self/exe", $0.baseAddress!, $0.count) }
  let path = String(decoding: buffer[..<max(count, 0)], as: UTF8.self)
  return path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/"
}()

private func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

private func run(
  _ path: String, _ arguments: [String], input: String, environment: [String: String]
) -> ProgramResult {
  withTemporaryFolder { folder in
    // Files, unlike pipes, take any amount while nobody reads.
    let output = folder + "/output"
    let errors = folder + "/errors"
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT, 0o600)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, O_WRONLY | O_CREAT, 0o600)

    // Other tests of this process may ignore signals, and its threads block them: a new process would inherit both.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

    var variables = environment
    for name in ["PATH", "TMPDIR", "LHB_ISA", "ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"]
    where variables[name] == nil { variables[name] = variable(name) }
    var process = pid_t()
    let failure = withCStrings(arguments) { arguments in
      withCStrings(variables.map { "\($0)=\($1)" }) { variables in
        posix_spawn(&process, path, &actions, &attributes, arguments, variables)
      }
    }
    guard failure == 0 else { fatalError("\(path): \(String(cString: strerror(failure)))") }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7f
    return ProgramResult(
      status: signal == 0 ? status >> 8 & 0xff : -signal, output: readBytes(output),
      errors: String(decoding: readBytes(errors), as: UTF8.self))
  }
}

/// Calls `body` with a null-terminated array of C strings.
private func withCStrings<R>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R) -> R {
  let copies = strings.map { strdup($0) }
  defer { copies.forEach { free($0) } }
  return body(copies + [nil])
}
