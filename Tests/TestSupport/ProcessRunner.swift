@preconcurrency import Glibc

/// What a finished program left.
public struct ProcessResult: Sendable {
  /// The exit status; 128 plus the signal's number when a signal ended it, as a shell has it.
  public let status: Int32
  /// What it wrote to standard output, unless that went elsewhere.
  public let output: [UInt8]
  /// What it wrote to standard error.
  public let errors: String

  /// Standard output as text.
  public var text: String { String(decoding: output, as: UTF8.self) }
  /// The lines on standard error.
  public var errorLines: [Substring] { errors.split(separator: "\n") }
}

/// Runs programs, those of this package by their names.
public enum ProcessRunner {
  /// The folder of the built programs, beside the tests themselves.
  public static let folder: String = {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &path, path.count)
    guard count > 0 else { fatalError("/proc/self/exe: \(String(cString: strerror(errno)))") }
    let executable = String(decoding: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return executable.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
  }()

  /// Runs a program to its end; stops the tests when it cannot be started.
  ///
  /// - Parameters:
  ///   - program: The name of a program of this package, or an absolute path.
  ///   - environment: The variables that are added to those of the tests, or replace them.
  ///   - stdin: What it reads from standard input.
  ///   - stdout: A file, such as /dev/full, for standard output; nil to collect it.
  public static func run(
    _ program: String, _ arguments: [String] = [], environment: [String: String] = [:], stdin: [UInt8] = [],
    stdout: String? = nil
  ) -> ProcessResult {
    withTemporaryFolder { folder in
      writeBytes(stdin, to: folder + "/stdin")
      var actions = posix_spawn_file_actions_t()
      posix_spawn_file_actions_init(&actions)
      defer { posix_spawn_file_actions_destroy(&actions) }
      let writing = O_WRONLY | O_CREAT | O_APPEND
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, folder + "/stdin", O_RDONLY, 0)
      posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, stdout ?? folder + "/stdout", writing, 0o600)
      posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, folder + "/stderr", writing, 0o600)

      let path = program.hasPrefix("/") ? program : "\(self.folder)/\(program)"
      let status = spawn(path, arguments, environment, &actions)
      return ProcessResult(
        status: status, output: stdout == nil ? readBytes(folder + "/stdout") : [],
        errors: String(decoding: readBytes(folder + "/stderr"), as: UTF8.self))
    }
  }

  private static func spawn(
    _ path: String, _ arguments: [String], _ changes: [String: String],
    _ actions: inout posix_spawn_file_actions_t
  ) -> Int32 {
    var variables = environment()
    variables.merge(changes) { _, new in new }
    let argv = ([path] + arguments).map { strdup($0) } + [nil]
    let envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in argv + envp { free(text) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, path, &actions, nil, argv, envp)
    guard code == 0 else { fatalError("\(path): \(String(cString: strerror(code)))") }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { fatalError("waitpid: \(String(cString: strerror(errno)))") }
    }
    let signal = status & 0x7f
    return signal == 0 ? status >> 8 & 0xff : 128 + signal
  }

  private static func environment() -> [String: String] {
    var variables: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
      let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
      next += 1
    }
    return variables
  }
}

/// Names of the files and folders in a folder, sorted.
public func filesInFolder(_ path: String) -> [String] {
  guard let directory = opendir(path) else { fatalError("\(path): \(String(cString: strerror(errno)))") }
  defer { closedir(directory) }
  var names: [String] = []
  while let entry = readdir(directory) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
      field.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: field.pointee)) {
        String(cString: $0)
      }
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names.sorted()
}
