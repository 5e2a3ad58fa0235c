import Glibc

/// The user's default model: a subnet file in the user's data folder.
public enum DefaultModel {
  /// `$XDG_DATA_HOME/lighthubert/default.lhb`, or below `~/.local/share` when that is not set to an absolute path; nil
  /// when there is no home folder either.
  public static var path: String? {
    folder.map { $0 + "/lighthubert/default.lhb" }
  }

  private static var folder: String? {
    if let data = variable("XDG_DATA_HOME"), data.hasPrefix("/") { return data }
    return variable("HOME").map { $0 + "/.local/share" }
  }

  /// A variable of the environment; nil when it is empty too.
  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}
