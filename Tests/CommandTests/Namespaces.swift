import LHTestSupport

/// What a process that is the superuser only of a namespace of its own may do. Some systems and containers allow none
/// of it; tests that need it are skipped there.
enum Namespaces {
  /// Whether a small disk can be mounted.
  static let canMount = runShell("unshare -Urm mount -t tmpfs none /mnt").status == 0

  /// Whether the superuser's rights can be given up, so that what the mode of a file forbids is forbidden.
  static let canGiveUpRights = runShell("unshare -U true").status == 0

  /// Runs a line of shell in the folder $1, which is a new disk of `size` bytes meanwhile. `arguments` are $2 and so
  /// on.
  static func runOnDisk(of size: Int, at folder: String, _ line: String, _ arguments: [String]) -> ProgramResult {
    let script = "mount -t tmpfs -o size=\(size) none \"$1\" && cd \"$1\" && \(line)"
    return runShell("script=$1; shift; exec unshare -Urm sh -c \"$script\" sh \"$@\"", [script, folder] + arguments)
  }
}
