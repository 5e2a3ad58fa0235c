import Files
import Foundation
import JSON
import LightHuBERT
import Tensors

/// Prints the shape of the last hidden states of raw samples (float32, mono, 16 kHz) and writes them:
///
///     swift-features MODEL.lhb SAMPLES.f32 FEATURES.f32
let arguments = CommandLine.arguments
let samples = Tensor(try readFile(arguments[2]))
let features = try Model(contentsOf: arguments[1]).features(of: samples.values)
let states = Tensor(shape: [features.frameCount, features.embedDim], values: features.values)
print(json(states.shape))
try states.values.withUnsafeBytes { try Data($0).write(to: URL(fileURLWithPath: arguments[3])) }
