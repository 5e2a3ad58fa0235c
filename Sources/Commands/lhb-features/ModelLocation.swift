import Glibc
import LHCommandSupport

/// Which model is run when several could be meant.
enum ModelLocation {
  /// What `--model` says, else what `LHB_MODEL` says, else the user's default.
  static func path(option: String?) throws(UsageFault) -> String {
    if let option {
      try FileArgument.checkInput(option, holds: "a subnet file")
      return option
    }
    if let variable = getenv("LHB_MODEL").map({ String(cString: $0) }), !variable.isEmpty { return variable }
    if let path = DefaultModel.path, access(path, F_OK) == 0 { return path }
    throw UsageFault(
      """
      no model: name one with --model FILE.lhb, or in the environment variable LHB_MODEL, or install a default with \
      lhb-extract --default\(DefaultModel.path.map { " (\($0))" } ?? "")
      """)
  }
}
