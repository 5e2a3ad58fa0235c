import ArgumentParser
import LHAudio
import LHAudioArguments
import LHCommandSupport
import LHFeatureFiles
import LHKernels
import LHModelArguments
import LHRuntime
import LHSupernet
import LHSystem
import LHUtterances

/// `lhb-features`: a sound file through a model.
@main
struct FeaturesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lhb-features",
    abstract: "Computes the features of a sound file with a model of the HuBERT family or a LightHuBERT subnet.",
    usage: "lhb-features [options] <audio>",
    discussion: """
      The features are a NumPy array (.npy, float32, C order), about 50 frames a second: (T, E), or (n, T, E) when \
      hidden states are chosen by number.

      Examples:
        lhb-features --model small.lhb audio.wav > feats.npy
        lhb-features --layers all --output feats.npy talk.flac
        lhb-features --layers 0,6,12 --layer-zero encoder-input a.wav > b.npy
        lhb-features --layers all --convention transformers a.wav > states.npy
        lhb-features --model contentvec.lhb --layers 9 --projection a.wav > units.npy
        lhb-features --max-error 0.03 audio.wav > feats.npy
        lhb-features --precision int8 audio.wav > feats.npy
        ffmpeg -i film.mkv -f wav - | lhb-features --channel 1 - > feats.npy
        lhb-features --max-duration 12h night.flac > feats.npy
        lhb-features --decoder ffmpeg memo.m4a > feats.npy

      The model is the file that --model names, else the one that the environment variable LHB_MODEL names, else \
      lighthubert/default.lhb in $XDG_DATA_HOME (~/.local/share), which lhb-extract --default installs.

      bf16, int8 and int8-mixed are faster than f32 and less exact; int8-mixed is int8 but for the attention's \
      projections, which are bf16. lhb-bench --accuracy tells what each costs, on audio of yours.
      """,
    version: LightHuBERTVersion.current)

  @Argument(
    help: ArgumentHelp(
      "A sound file: WAV, FLAC, Ogg (Opus, Vorbis, FLAC), MP3, AIFF, AU, CAF or NIST SPHERE; - is standard input.",
      discussion: "For M4A, WMA, AMR, videos and others see --decoder."))
  var audio: String

  @Option(help: ArgumentHelp("The model to run, a .lhb file.", valueName: "file"))
  var model: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Where the features go; standard output when missing or -.",
      discussion: "A file appears when it is whole; a pipe, a device or /dev/fd/N is written to as features come.",
      valueName: "file"))
  var output: String?

  @Flag(help: "Replace the output file if there is one.")
  var force = false

  @Option(
    help: ArgumentHelp(
      "Hidden states: last, all, or numbers such as 0,6,12.",
      discussion:
        "State l is the output of layer l. The last is the last layer's, through the final norm if there is one.",
      valueName: "states"),
    transform: LayerSelection.init(argument:))
  var layers = LayerSelection.last

  @Option(
    help: ArgumentHelp(
      "What counts as hidden state 0.",
      discussion: "projection as in the published code, encoder-input as in s3prl and Hugging Face.",
      valueName: "kind"))
  var layerZero: LayerZero?

  @Option(
    help: ArgumentHelp(
      "What counts as the last hidden state, chosen by number, in models with norms before: raw or normed.",
      discussion: "raw is the last layer's output, normed that through the encoder's norm, as --layers last is.",
      valueName: "kind"))
  var lastState: LastState?

  @Option(
    help: ArgumentHelp(
      "Number hidden states as a library does, instead of --layer-zero and --last-state.",
      discussion: Convention.help, valueName: "library"))
  var convention: Convention?

  @Flag(
    help: "Pass each hidden state through the model's final projection: 256 values of ContentVec, targets of HuBERT.")
  var projection = false

  @Option(
    help: ArgumentHelp("Whether the waveform is normalised; when missing, what the model says.", valueName: "switch"))
  var normalize: Switch?

  @Option(help: ArgumentHelp("Take one channel, counted from 1, and not the mean of all.", valueName: "number"))
  var channel: Int?

  @Flag(help: "Refuse audio that is not sampled at 16 kHz.")
  var noResample = false

  @OptionGroup
  var audioOptions: AudioOptions

  @Option(help: PrecisionText.help)
  var precision = Precision.auto

  @OptionGroup
  var runOptions: RunOptions

  @Flag(help: "Say nothing but errors.")
  var quiet = false

  static func main() { runProgram() }

  mutating func validate() throws {
    if let channel, channel < 1 { throw ValidationError("--channel counts from 1, found \(channel)") }
    guard convention == nil || (layerZero == nil && lastState == nil) else {
      throw ValidationError("--convention says what --layer-zero and --last-state would; give one or the other")
    }
    guard lastState != .raw || layers != .last else {
      throw ValidationError(
        "--last-state raw is for states that --layers names by number; the last representation is always normed")
    }
    if convention == .torchaudio {
      layers = try layers.shifted(by: 1)
    }
    try runOptions.check(precision)
  }

  func run() throws {
    let target = try OutputTarget(argument: output, replacing: force)
    let modelPath = try ModelLocation.path(option: model)
    let input = try AudioInput(argument: audio)
    let model = try Model(contentsOf: modelPath, options: runOptions.runtimeOptions(precision))
    let pipeline = try pipeline(for: model, path: modelPath)
    let utterance = try pipeline.read(.sound(input))
    var notes = utterance.notes
    if normalize == nil, let guess = waveformNote(on: model) { notes.append(guess) }
    var precisionNotes = PrecisionNotes()
    notes += precisionNotes.notes(about: model)
    if !quiet { notes.forEach { StandardError.line("lhb-features: note: \($0)") } }

    let progress = ProgressLine("computing features", isQuiet: quiet)
    var sink = NumPySink(target)
    do throws(UtteranceFault) {
      try pipeline.write(utterance, to: &sink) { done in
        progress.update(done)
        return true
      }
    } catch {
      guard case .sink(let fault) = error else { throw error }
      throw fault
    }
  }

  private func pipeline(for model: Model, path: String) throws -> UtterancePipeline {
    if convention == .torchaudio, case .indices(let indices) = layers,
      let beyond = indices.first(where: { $0 > model.layerCount })
    {
      throw UsageFault(
        "--layers has \(beyond - 1), but with --convention torchaudio the layers of \(path) are 0 to "
          + "\(model.layerCount - 1)")
    }
    let selection = FeatureSelection(
      layers: convention == .torchaudio ? layers.withoutFirst(of: model) : layers,
      layerZero: layerZero ?? convention?.layerZero ?? .projection,
      lastState: lastState ?? convention?.lastState ?? .raw, isProjected: projection,
      normalize: normalize.map { $0 == .on })
    let recordingOptions = audioOptions.recordingOptions(channel: channel, resamples: !noResample)
    return try mappingError(
      of: UtterancePipeline(Session(model), selection: selection, recordingOptions: recordingOptions),
      to: { (fault: ModelFault) in LocatedFault(path: path, fault) })
  }
}
