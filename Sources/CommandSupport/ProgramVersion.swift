internal import CLightHuBERT

/// The version of the programs and of the library.
public enum ProgramVersion {
  /// A semantic version (semver.org), that of the C header: the one place where it is written.
  public static let current = LH_VERSION_STRING
}
