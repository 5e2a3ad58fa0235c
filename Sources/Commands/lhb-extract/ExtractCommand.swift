public import ArgumentParser
import LHAudioArguments
import LHCommandSupport
import LHQuantization
public import LHSubnetFile
import LHSupernet

@main struct ExtractCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lhb-extract",
    abstract: "Turn a model of the HuBERT family, or a subnet of a LightHuBERT checkpoint, into a compact .lhb file.",
    usage: """
      lhb-extract [options] <model> [<out.lhb>]
             lhb-extract --arch <name-or-file> [options] <in.ckpt> [<out.lhb>]
      """,
    discussion: """
      Without --arch a model is taken whole: HuBERT, wav2vec 2.0, data2vec-audio, WavLM, DistilHuBERT, DPHuBERT, \
      ContentVec and others, from a fairseq checkpoint, a Hugging Face folder or file (config.json beside the \
      weights), or a file of s3prl, torchaudio, or WavLM's and DPHuBERT's authors. What was recognised is said in one \
      line. With --arch a subnet is cut out of a LightHuBERT supernet.

      The architecture is a published name (base-min, base-default, base-max, small-min, small-default, small-max), a \
      JSON or YAML file with embed_dim, heads_num, ffn_embed and layer_num, or - for standard input. What was done is \
      said on standard error.

      Weights and configuration of the checkpoint are looked for where the published code and other programs put them; \
      a note says when it was not the former. A checkpoint without a configuration, or with tensors in the encoder \
      that the model would not use, is refused.

      Examples:
        lhb-extract hubert_base_ls960.pt hubert-base.lhb
        lhb-extract wavlm-base-plus/ wavlm.lhb
        lhb-extract --weights int8 --calibrate a.wav --default hubert_base.pt
        lhb-extract --arch small-default lighthubert_small.pt small.lhb
        lhb-extract --arch arch.json --weights f16 --compress 3 lighthubert_base.pt subnet.lhb
        lhb-extract --arch small-default --weights int8 --max-error 0.02 lighthubert_small.pt small.lhb
        lhb-extract --weights int8 --calibrate a.wav b.flac --arch small-default lighthubert_small.pt small.lhb
        lhb-extract --arch base-max --default lighthubert_base.pt
      """,
    version: LightHuBERTVersion.current)

  @Option(
    help: ArgumentHelp(
      "The subnet to cut out of a LightHuBERT supernet; without it a model is taken whole.", valueName: "name-or-file"))
  var arch: String?

  @Option(
    help: ArgumentHelp(
      "Whether the waveform is normalised; when missing, what the model's files say. Not with --arch.",
      valueName: "switch"))
  var normalize: Switch?

  @Option(
    help: ArgumentHelp(
      "What is added to the variance of a waveform that is normalised: 1e-7 in Hugging Face folders, 1e-5 elsewhere, "
        + "unless this says otherwise. Not with --arch.", valueName: "number"))
  var waveformEps: Double?

  @Option(
    help: ArgumentHelp(
      "Attention heads of each layer, where a torchaudio file of an unusual width does not say.", valueName: "number"))
  var heads: Int?

  @Option(
    help: ArgumentHelp(
      "How weights are stored: auto (as f16 wherever that changes no value), f32, f16 (rounded), bf16 or int8.",
      discussion: """
        bf16 and int8 are for the convolutions after the first and the encoder's matrices; the first convolution and \
        the position convolution are f16, norms and biases as auto has them. int8 has a scale for each output channel \
        and tap, and another one for input channels whose activations are far larger than the others'.
        """))
  var weights: WeightsChoice = .auto

  @Option(
    help: ArgumentHelp(
      "With --weights int8: layers with a larger estimated error than this, relative to their outputs, stay in bf16 "
        + "(default: \(QuantizationPlan.defaultMaxError)).", valueName: "error"))
  var maxError: Double?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "With --weights int8: measure the activations on these recordings, and find outliers by that.",
      discussion: """
        A few seconds that are like what the model will see. Without it outliers follow from the norms' gains. End the \
        list with another option or --.
        """, valueName: "audio"))
  var calibrate: [String] = []

  @OptionGroup
  var audioOptions: AudioOptions

  @Option(
    help: ArgumentHelp("zstd level, 0 (off) to 19; a tensor that does not shrink stays raw.", valueName: "level"))
  var compress = SubnetWriter.defaultCompressionLevel

  @Flag(help: "Take NaN and infinite weights too, which make features NaN; not with --weights int8.")
  var allowNonfinite = false

  @Flag(help: "Replace the output when it exists.")
  var force = false

  @Flag(name: .customLong("default"), help: "Install the subnet as your default model, which lhb-features uses.")
  var installsDefault = false

  @Flag(help: "Say nothing but errors.")
  var quiet = false

  @Argument(
    help: ArgumentHelp(
      "A checkpoint that torch.save wrote, a .safetensors file or an index of several, or a folder with one of them.",
      valueName: "model"))
  var checkpoint: String

  @Argument(help: ArgumentHelp("The subnet file; may be left out with --default.", valueName: "out.lhb"))
  var output: String?

  static func main() { runProgram() }

  func validate() throws {
    guard SubnetWriter.compressionLevels.contains(compress) else {
      throw ValidationError("--compress is \(compress), expected 0...19")
    }
    if let maxError {
      guard maxError >= 0 else { throw ValidationError("--max-error is \(maxError), expected 0 or more") }
      guard weights == .int8 else { throw ValidationError("--max-error is for --weights int8") }
    }
    guard calibrate.isEmpty || weights == .int8 else { throw ValidationError("--calibrate is for --weights int8") }
    guard !allowNonfinite || weights != .int8 else {
      throw ValidationError("--allow-nonfinite is not for --weights int8, which has no NaN and no infinity")
    }
    if arch != nil {
      guard normalize == nil, waveformEps == nil, heads == nil else {
        throw ValidationError(
          "--normalize, --waveform-eps and --heads are for models that are taken whole, without --arch")
      }
    }
    if let waveformEps, !(waveformEps > 0 && waveformEps.isFinite) {
      throw ValidationError("--waveform-eps is \(waveformEps), expected a number above 0")
    }
    if let heads, heads < 1 { throw ValidationError("--heads is \(heads), expected 1 or more") }
    guard output != nil || installsDefault else { throw ValidationError("no output file given, nor --default") }
  }
}

extension WeightsChoice: ExpressibleByArgument {}
