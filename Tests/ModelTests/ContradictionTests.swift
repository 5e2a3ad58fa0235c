import LHModel
import Testing

@Suite struct ContradictionTests {
  @Test func `A shape that fits together has none`() {
    #expect(EncoderLayoutTests.pruned.contradictions == [])
  }

  /// A change of a sound shape, and a part of what is said of it.
  struct Case: CustomTestStringConvertible, Sendable {
    let text: String
    let spoil: @Sendable (inout EncoderShape) -> Void
    var testDescription: String { text }
  }

  static let cases = [
    Case(text: "there is no convolution") { $0.convolutions = [] },
    Case(text: "convolution 1 has 7 channels, kernel 3 and stride 0") { $0.convolutions[1].stride = 0 },
    Case(text: "convolution 1 takes 6 channels and gets 5") { $0.convolutions[1].inputChannels = 6 },
    Case(text: "the hidden states have width 0") { $0.width = 0 },
    Case(text: "7 channels are the hidden states of width 12") { $0.projectsFeatures = false },
    Case(text: "a position convolution of one layer has 2") { shape in
      shape.position?.layers.append(.init(inputChannels: 12, outputChannels: 12, kernel: 8))
    },
    Case(text: "the position convolution has 0 layers") { $0.position?.layers = [] },
    Case(text: "12 and 12 channels in 5 groups") { $0.position?.groups = 5 },
    Case(text: "position layer 0 takes 6 channels and gets 12") { $0.position?.layers[0].inputChannels = 6 },
    Case(text: "gives 9 channels for hidden states of width 12") { $0.position?.layers[0].outputChannels = 9 },
    Case(text: "layer 1 has 0 heads of size 5") { $0.layers[1].attention?.heads = 0 },
    Case(text: "layer 1 has a window of 3") { $0.layers[1].attention?.window = .sliding(size: 3) },
    Case(text: "layer 0 has an FFN of width 0") { $0.layers[0].feedForwardWidth = 0 },
    Case(text: "a multiple of 0") { $0.sequenceMultiple = 0 },
    Case(text: "projected to width 0") { $0.finalProjection = 0 },
  ]

  @Test(arguments: cases) func `What does not fit is named`(one: Case) {
    var shape = EncoderLayoutTests.pruned
    one.spoil(&shape)
    #expect(shape.contradictions.contains { $0.contains(one.text) }, "\(shape.contradictions)")
  }
}
