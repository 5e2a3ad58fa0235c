/// Arguments that must name a file, where "-" would be read as standard input or output.
public enum FileArgument {
  /// Throws when an argument is "-"; `content` is what the file holds, for example "a subnet file".
  public static func checkInput(_ argument: String?, holds content: String) throws(UsageFault) {
    guard argument == "-" else { return }
    throw UsageFault(
      """
      -: \(content) is not read from standard input, since it is read in any order; name a file (./- is one of that \
      name)
      """)
  }

  /// The same for an output.
  public static func checkOutput(_ argument: String?, holds content: String) throws(UsageFault) {
    guard argument == "-" else { return }
    throw UsageFault(
      """
      -: \(content) is not written to standard output, since its beginning is written last; name a file (./- is one of \
      that name)
      """)
  }
}
