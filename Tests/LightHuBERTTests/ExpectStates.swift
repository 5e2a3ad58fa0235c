import LHTestSupport
import LightHuBERT
import Testing

/// Expects all hidden states of samples to agree with the float64 truth (layers, frames, width), layer by layer.
func expectStates(_ name: String, _ model: Model, _ samples: [Float], _ expected: NumPyArray) throws {
  let features = try model.features(of: samples, layers: .all)
  #expect([features.layers.count, features.frameCount, features.embedDim] == expected.shape)
  let size = features.frameCount * features.embedDim
  for layer in features.layers {
    let range = layer * size..<(layer + 1) * size
    expectClose("\(name) hidden state \(layer)", Array(features.values[range]), Array(expected.values[range]))
  }
}
