import LHAudio
import LHRuntime
import LHTestSupport
import LHUtterances

/// A small subnet of eleven hidden states.
let modelPath = Fixture.path("versions/v1-tiny-min.lhb")

/// A sound of 2.9 s.
let speechPath = Fixture.path("golden/audio/speech-b.wav")

/// A pipeline of one thread for that subnet.
func tinyPipeline(
  _ layers: LayerSelection = .last, normalize: Bool? = nil, recordingOptions: RecordingOptions = RecordingOptions()
) throws -> UtterancePipeline {
  try UtterancePipeline(
    Session(Model(contentsOf: modelPath), threadCount: 1),
    selection: FeatureSelection(layers: layers, normalize: normalize), recordingOptions: recordingOptions)
}
