import Glibc

/// The system's ffmpeg, which decodes what the libraries here do not, when that is asked for.
package enum FFmpeg {
  /// The path of `ffmpeg`; nil when no folder of PATH has it.
  package static func find() -> String? {
    find(path: getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin")
  }

  /// The first regular file of that name that this user may run. Entries that are empty or relative are passed over:
  /// they mean the current folder, where what came with the sound may lie.
  package static func find(path: String) -> String? {
    path.split(separator: ":").lazy
      .filter { $0.utf8.first == UInt8(ascii: "/") }
      .map { $0 + "/ffmpeg" }
      .first(where: isProgram)
  }

  private static func isProgram(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
  }
}
