public import ArgumentParser
import Faults
import Files
import Glibc

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
    do {
      var command = try parseAsRoot()
      try command.run()
      Glibc.exit(EXIT_SUCCESS)
    } catch {
      end(with: error)
    }
  }

  private static func end(with error: any Error) -> Never {
    if let fault = error as? any Fault {
      if case FileFault.cannotWrite(_, SystemError(code: EPIPE))? = fault as? FileFault { endByClosedPipe() }
      StandardError.line("\(_commandName): error: \(fault)")
      Glibc.exit(ExitStatus.code(for: fault.kind))
    }
    let code = exitCode(for: error)
    guard !code.isSuccess else {
      // The text of --help or --version.
      do throws(FileFault) {
        try StandardOutput.write(fullMessage(for: error) + "\n")
      } catch {
        end(with: error)
      }
      Glibc.exit(EXIT_SUCCESS)
    }
    let message = message(for: error)
    if !message.isEmpty {
      StandardError.line("\(_commandName): error: \(message); see \(_commandName) --help")
    }
    Glibc.exit(code.rawValue)
  }

  private static func endByClosedPipe() -> Never {
    signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
    Glibc.exit(EX_IOERR)
  }
}
