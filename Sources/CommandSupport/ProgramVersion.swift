/// The version of the programs and of the library.
public enum ProgramVersion {
  /// A semantic version (semver.org).
  public static let current = "0.1.0"
}
