public import ArgumentParser
import Glibc
import LHSystem

extension ParsableCommand {
  /// Runs a program: reads its arguments, does its work, and ends the process.
  ///
  /// Whatever goes wrong is one line on standard error and an exit status of `sysexits.h`. A reader of standard output
  /// that goes away ends the program as it ends any other, by SIGPIPE.
  public static func runProgram() -> Never {
    fillStandardDescriptors()
    // Without these a closed pipe and a file size limit end the process before anything can be tidied up.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    // Where it is ignored, as it can be from the start, nobody is told how a program that this one starts has ended.
    signal(SIGCHLD, SIG_DFL)
    // The error is let go of before the process ends: what it holds would look like a leak.
    Glibc.exit(statusOfRun())
  }

  private static func statusOfRun() -> Int32 {
    do {
      let arguments = Array(CommandLine.arguments.dropFirst())
      if let fault = DashedArgument.fault(in: arguments, of: _commandName) { throw fault }
      var command = try parseAsRoot(arguments)
      try MemoryLimit.probe(0, for: "the program")
      try command.run()
      return EXIT_SUCCESS
    } catch {
      return report(error)
    }
  }

  /// Says what went wrong, and gives the exit status for it.
  private static func report(_ error: any Error) -> Int32 {
    if let fault = error as? any Fault {
      if case FileFault.cannotWrite(_, SystemError(code: EPIPE))? = fault as? FileFault { endByClosedPipe() }
      StandardError.line("\(_commandName): error: \(fault)")
      return ExitStatus.code(for: fault.kind)
    }
    let code = exitCode(for: error)
    guard !code.isSuccess else {
      // The text of --help or --version.
      do throws(FileFault) {
        try StandardOutput.write(fullMessage(for: error) + "\n")
      } catch {
        return report(error)
      }
      return EXIT_SUCCESS
    }
    let message = message(for: error)
    if !message.isEmpty {
      StandardError.line("\(_commandName): error: \(message); see \(_commandName) --help")
    }
    return code.rawValue
  }

  private static func endByClosedPipe() -> Never {
    signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
    Glibc.exit(EX_IOERR)
  }
}
