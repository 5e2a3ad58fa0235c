import ArgumentParser
import LHAudioArguments
import LHCommandSupport
import LHExport
import LHSupernet
import LHTensors

/// `lhb-export`: a model for other programs.
@main struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lhb-export",
    abstract: "Write a model in a .lhb file for other programs: Hugging Face, ONNX or safetensors.",
    usage: "lhb-export [options] --to <form> <model.lhb> <out>",
    discussion: """
      hf is a folder that transformers loads (config.json, preprocessor_config.json, model.safetensors); onnx a graph \
      from samples of any number to hidden states, which ONNX Runtime and others run; safetensors one file with the \
      names of a .lhb file, which lhb-extract reads back. What each can hold is in Docs/exports.md.

      --verify reads an exported folder or safetensors file back, runs it beside the model, and says how far their \
      hidden states are apart.

      Examples:
        lhb-export --to hf small.lhb small-hf
        lhb-export --to hf --pad --verify audio.wav found.lhb found-hf
        lhb-export --to onnx --hidden-states wavlm.lhb wavlm.onnx
        lhb-export --to onnx --projected-layer 9 contentvec.lhb units.onnx
        lhb-export --to safetensors --dtype bf16 hubert.lhb hubert.safetensors
      """,
    version: LightHuBERTVersion.current)

  @Option(
    help: ArgumentHelp("What is written: hf, onnx or safetensors.", valueName: "form"),
    transform: ExportForm.init(argument:))
  var to: ExportForm

  @Option(
    help: ArgumentHelp(
      "The number format of weights in safetensors: f32, f16 or bf16.", discussion: "The other forms have f32.",
      valueName: "format"))
  var dtype: WeightFormat?

  @Flag(
    help: ArgumentHelp(
      "Fill layers with fewer heads or FFN units than others up with zeros, for hf.",
      discussion: "The results are the same; time and memory are those of the largest layer."))
  var pad = false

  @Flag(help: "Give the ONNX graph all hidden states as outputs, not the last alone.")
  var hiddenStates = false

  @Option(
    help: ArgumentHelp(
      "The layer whose output an ONNX graph passes through the final projection, counted from 1.",
      discussion: "When missing, the last hidden state. Voice changers want 9 of ContentVec, for 256 values.",
      valueName: "layer"))
  var projectedLayer: Int?

  @Flag(
    help: ArgumentHelp(
      "Put the weights of an ONNX graph into a second file, <out>.data.", discussion: "Above 2 GB that is so always."))
  var externalData = false

  @Option(
    help: ArgumentHelp(
      "Read the export back, run both on a sound file, and say how far they are apart.", valueName: "audio"))
  var verify: String?

  @OptionGroup
  var audioOptions: AudioOptions

  @Flag(help: "Replace the output when it exists.")
  var force = false

  @Flag(help: "Say nothing but errors.")
  var quiet = false

  @Argument(help: ArgumentHelp("The model, a .lhb file.", valueName: "model.lhb"))
  var model: String

  @Argument(help: ArgumentHelp("The file, or for hf the folder, that is written.", valueName: "out"))
  var output: String

  static func main() { runProgram() }

  func validate() throws {
    func need(_ isRight: Bool, _ option: String, _ form: ExportForm) throws {
      if !isRight { throw ValidationError("\(option) is for --to \(form.rawValue)") }
    }
    try need(dtype == nil || to == .safetensors, "--dtype", .safetensors)
    try need(!pad || to == .huggingFace, "--pad", .huggingFace)
    try need(!hiddenStates || to == .onnx, "--hidden-states", .onnx)
    try need(projectedLayer == nil || to == .onnx, "--projected-layer", .onnx)
    try need(!externalData || to == .onnx, "--external-data", .onnx)
  }
}

extension ExportForm {
  /// The form of a name.
  init(argument: String) throws {
    guard let form = ExportForm(rawValue: argument) else {
      let names = ExportForm.allCases.map(\.rawValue).joined(separator: ", ")
      guard argument == "gguf" else { throw ValidationError("--to is \(argument), expected one of \(names)") }
      throw ValidationError(
        "--to gguf: the programs that read GGUF files of speech encoders have no form in common, and none takes hidden"
          + " states from one; expected one of \(names)")
    }
    self = form
  }
}

/// A number format of `--dtype`.
enum WeightFormat: String, ExpressibleByArgument, CaseIterable {
  case f32, f16, bf16

  var elementType: ElementType {
    switch self {
    case .f32: .float32
    case .f16: .float16
    case .bf16: .bfloat16
    }
  }
}
