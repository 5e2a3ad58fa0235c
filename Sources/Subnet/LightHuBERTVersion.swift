/// The version of the library and of the programs.
public enum LightHuBERTVersion {
  /// A semantic version (semver.org).
  public static let current = "0.1.0"
}
