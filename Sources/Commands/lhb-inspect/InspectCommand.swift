import ArgumentParser
import LHCommandSupport
import LHJSON
import LHSupernet

@main struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lhb-inspect",
    abstract: "Show what a .lhb file, a checkpoint or a folder of a model holds.",
    discussion: """
      Of a .lhb file every checksum is verified; when one is wrong, the exit status is 65. Of a LightHuBERT checkpoint \
      each value of the configuration is shown with its place in the file, or "default". Of any other checkpoint, of a \
      safetensors file and of a Hugging Face folder it is shown as which model lhb-extract would take it.

      Examples:
        lhb-inspect small.lhb
        lhb-inspect --json lighthubert_base.pt | jq .config
        lhb-inspect wavlm-base-plus/
      """,
    version: LightHuBERTVersion.current)

  @Flag(help: "One JSON object instead of a table.")
  var json = false

  @Flag(inversion: .prefixedNo, help: "Read and check every tensor of a .lhb file.")
  var verify = true

  @Argument(
    help: "A .lhb file, a checkpoint, a .safetensors file, the index of several, or a folder with one of them.")
  var file: String

  static func main() { runProgram() }

  func run() throws {
    try FileArgument.checkInput(file, holds: "a model")
    let inspection = try Inspection(path: file, verifying: verify)
    try StandardOutput.write(json ? inspection.json.text(pretty: true) + "\n" : inspection.table)
    if let fault = inspection.fault { throw fault }
  }
}
