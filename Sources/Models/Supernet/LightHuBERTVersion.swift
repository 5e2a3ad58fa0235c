import CLightHuBERT

/// The version of the library and of the programs.
public enum LightHuBERTVersion {
  /// A semantic version (semver.org), that of the C header: the one place where it is written.
  public static let current = LH_VERSION_STRING
}
