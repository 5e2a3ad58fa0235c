import Glibc

/// Arguments that begin with one dash and are no options.
///
/// ArgumentParser takes each letter of such an argument for an option, finds the h of help in "-dash.wav", and the
/// program would end as if all were well.
enum DashedArgument {
  /// What is wrong with the first such argument; nil when there is none. None of the programs has options of one letter
  /// that are written together.
  static func fault(in arguments: [String], of program: String) -> UsageFault? {
    for (index, argument) in arguments.enumerated() {
      if argument == "--" { return nil }
      guard isDashed(argument) else { continue }
      guard isLikeFile(argument) else {
        return UsageFault("unknown option '\(argument)'; see \(program) --help")
      }
      // Behind an option that takes a value, "--" would be taken for that.
      let canStandAlone = index == 0 || !arguments[index - 1].utf8.starts(with: "-".utf8)
      return UsageFault(
        """
        \(argument): begins with a dash, so it is taken for options; write ./\(argument)\
        \(canStandAlone ? ", or put -- before it" : "")
        """)
    }
    return nil
  }

  /// Whether an argument is one dash and two letters or more, but no number and not such as "-o=feats.npy".
  private static func isDashed(_ argument: String) -> Bool {
    let bytes = Array(argument.utf8)
    guard bytes.count > 2, bytes[0] == UInt8(ascii: "-"), bytes[1] != UInt8(ascii: "-") else { return false }
    return bytes[2] != UInt8(ascii: "=") && Double(argument) == nil
  }

  private static func isLikeFile(_ argument: String) -> Bool {
    argument.utf8.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "/") } || access(argument, F_OK) == 0
  }
}
