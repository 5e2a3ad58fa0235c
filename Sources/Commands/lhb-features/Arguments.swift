public import ArgumentParser
import Glibc
import LHAudio
import LHCommandSupport
public import LHRuntime
import LHSystem

extension LayerZero: ExpressibleByArgument {}

extension LayerSelection {
  /// From "last", "all" or numbers with commas between them.
  init(argument: String) throws {
    switch argument {
    case "last": self = .last
    case "all": self = .all
    default:
      let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
      self = .indices(
        try parts.map { part in
          guard part.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains), let index = Int(part) else {
            throw ValidationError("expected last, all, or numbers such as 0,6,12")
          }
          return index
        })
    }
  }
}

extension AudioInput {
  /// From a path, or "-" for standard input, which then must not be a keyboard.
  init(argument: String) throws(UsageFault) {
    guard argument == "-" else {
      self = .file(path: argument)
      return
    }
    guard isatty(STDIN_FILENO) == 0 else {
      throw UsageFault("standard input is a terminal, expected a sound file: redirect it (< audio.wav) or name a file")
    }
    self = .standardInput
  }
}

extension OutputTarget {
  /// From a path, or nil and "-" for standard output, which then must not be a screen.
  init(argument: String?, replacing: Bool) throws {
    if let argument, argument != "-" {
      self = try OutputTarget(path: argument, replacing: replacing)
      return
    }
    guard isatty(STDOUT_FILENO) == 0 else {
      throw UsageFault(
        "standard output is a terminal, and features are binary: redirect it (> feats.npy) or use --output feats.npy")
    }
    self = .stream(StreamTarget(descriptor: STDOUT_FILENO, name: "standard output"))
  }
}
