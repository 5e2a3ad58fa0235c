import LHTestSupport
import Testing

/// Expects a program to refuse these arguments with one line on standard error and nothing else.
func expectUsageFault(_ program: String, _ arguments: [String]) {
  let result = runProgram(program, arguments)
  #expect(result.status == 64 && result.output.isEmpty)
  #expect(result.errors.split(separator: "\n").count == 1 && result.errors.hasPrefix("\(program): error: "))
}
