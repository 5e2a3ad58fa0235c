import ArgumentParser
import LHCommandSupport
import LHJSON
import LHSupernet

@main struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lhb-inspect",
    abstract: "Show what a .lhb subnet file or a LightHuBERT checkpoint holds.",
    discussion: """
      Of a subnet file every checksum is verified; when one is wrong, the exit status is 65. Of a checkpoint each \
      value of the configuration is shown with its place in the file, or "default".

      Examples:
        lhb-inspect small.lhb
        lhb-inspect --json lighthubert_base.pt | jq .config
      """,
    version: LightHuBERTVersion.current)

  @Flag(help: "One JSON object instead of a table.")
  var json = false

  @Flag(inversion: .prefixedNo, help: "Read and check every tensor of a subnet file.")
  var verify = true

  @Argument(help: "A .lhb subnet file, or a checkpoint.")
  var file: String

  static func main() { runProgram() }

  func run() throws {
    try FileArgument.checkInput(file, holds: "a subnet file or checkpoint")
    let inspection = try Inspection(path: file, verifying: verify)
    try StandardOutput.write(json ? inspection.json.text(pretty: true) + "\n" : inspection.table)
    if let fault = inspection.fault { throw fault }
  }
}
