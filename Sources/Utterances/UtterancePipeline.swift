public import LHAudio
public import LHFeatureFiles
public import LHRuntime
import LHSystem

/// Takes utterances to features, one at a time: an input is read as mono sound at 16 kHz, a session runs the model on
/// it, and a sink gets the hidden states that are wanted, each as soon as it is there.
///
/// A worker has a pipeline, and so a session, of its own; all share the model. Any number of workers may run in one
/// process: nothing that belongs to the process is changed, and nothing is written to standard error.
///
/// Two things of the process are the caller's: a sink that writes to a pipe which nobody reads any more needs SIGPIPE
/// ignored to throw, and `--decoder ffmpeg`'s kind of decoding needs SIGCHLD not ignored to learn how ffmpeg ended.
public struct UtterancePipeline {
  /// Runs the model.
  public let session: Session
  /// What sinks get.
  public let selection: FeatureSelection
  /// How sound is read.
  public var recordingOptions: RecordingOptions
  /// Hidden states that are wanted.
  private let stateCount: Int
  /// Width of a frame of each.
  private let width: Int

  /// A pipeline for a session, which nobody else uses meanwhile.
  ///
  /// - Throws: `ModelFault.noSuchLayer`, `.noProjection`.
  public init(
    _ session: Session, selection: FeatureSelection = FeatureSelection(),
    recordingOptions: RecordingOptions = RecordingOptions()
  ) throws(ModelFault) {
    self.session = session
    self.selection = selection
    self.recordingOptions = recordingOptions
    stateCount = try session.model.layerIndices(selection.layers).count
    width = try session.model.width(of: selection)
  }

  /// Reads an input, and makes sure that it is long enough for the model.
  public func read(_ input: UtteranceInput) throws(UtteranceFault) -> Utterance {
    let utterance = try mappingError(of: Utterance(input, recordingOptions), to: UtteranceFault.audio)
    try mappingError(of: session.model.checkSampleCount(utterance.samples.count)) { (fault: ModelFault) in
      UtteranceFault.model(name: utterance.name, fault)
    }
    return utterance
  }

  /// The shape of an utterance's features: (T, E) of the last representation, else (n, T, E).
  public func shape(of utterance: Utterance) -> FeatureShape {
    FeatureShape(
      stateCount: selection.layers == .last ? nil : stateCount,
      frameCount: session.model.frameCount(forSamples: utterance.samples.count),
      width: width)
  }

  /// Runs the model on an utterance and gives its features to a sink, from `begin` to `finish`; when anything fails, to
  /// `abandon`.
  ///
  /// - Parameters:
  ///   - utterance: What `read` gave.
  ///   - sink: Gets each hidden state in the order of the selection; those that are there before their turn are kept.
  ///   - progress: Called with the done fraction of the work now and then; false cancels.
  ///   - cancellation: Ends the work from another thread or task.
  public func write<Sink: FeatureSink>(
    _ utterance: Utterance, to sink: inout Sink, progress: ((Double) -> Bool)? = nil,
    cancellation: Cancellation? = nil
  ) throws(UtteranceFault) {
    do throws(UtteranceFault) {
      var states = OrderedStates(shape: shape(of: utterance), name: utterance.name)
      try run(utterance, progress: progress, cancellation: cancellation) { place, state throws(UtteranceFault) in
        try states.take(state, place: place, for: &sink)
      }
      try states.finish(&sink)
    } catch {
      sink.abandon()
      throw error
    }
  }

  /// Reads an input, and writes its features to a sink.
  public func write<Sink: FeatureSink>(
    _ input: UtteranceInput, to sink: inout Sink, progress: ((Double) -> Bool)? = nil,
    cancellation: Cancellation? = nil
  ) throws(UtteranceFault) {
    let utterance: Utterance
    do throws(UtteranceFault) {
      utterance = try read(input)
    } catch {
      sink.abandon()
      throw error
    }
    try write(utterance, to: &sink, progress: progress, cancellation: cancellation)
  }

  private func run(
    _ utterance: Utterance, progress: ((Double) -> Bool)?, cancellation: Cancellation?,
    _ body: (_ place: Int, _ state: UnsafeBufferPointer<Float>) throws(UtteranceFault) -> Void
  ) throws(UtteranceFault) {
    do throws(RunFault<UtteranceFault>) {
      try utterance.samples.withUnsafeBufferPointer { samples throws(RunFault<UtteranceFault>) in
        try session.forEachHiddenState(
          of: samples, selection, progress: progress, cancellation: cancellation, body)
      }
    } catch {
      switch error {
      case .model(let fault): throw .model(name: utterance.name, fault)
      case .body(let fault): throw fault
      }
    }
  }
}
