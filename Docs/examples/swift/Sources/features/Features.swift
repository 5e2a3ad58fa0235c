import Foundation
import LightHuBERT

/// Computes the last hidden states of raw samples (float32, mono, 16 kHz) on standard input.
///
///     ffmpeg -loglevel error -i speech.mp3 -ac 1 -ar 16000 -f f32le - |
///       swift run -c release features small.lhb > out.f32
@main struct Features {
  static func main() {
    do {
      guard CommandLine.arguments.count == 2 else { fail("usage: features MODEL.lhb < SAMPLES.f32 > FEATURES.f32") }
      let model = try Model(contentsOf: CommandLine.arguments[1])
      let features = try model.features(of: samples(from: .standardInput))
      say("\(features.frameCount) frames of \(features.embedDim) values")
      try FileHandle.standardOutput.write(contentsOf: features.values.withUnsafeBytes { Data($0) })
    } catch {
      fail("\(error)")
    }
  }

  static func samples(from file: FileHandle) throws -> [Float] {
    let data = try file.readToEnd() ?? Data()
    let count = data.count / MemoryLayout<Float>.size
    return [Float](unsafeUninitializedCapacity: count) { samples, initialized in
      data.copyBytes(to: samples, count: count * MemoryLayout<Float>.size)
      initialized = count
    }
  }

  static func say(_ line: String) { FileHandle.standardError.write(Data("\(line)\n".utf8)) }

  static func fail(_ line: String) -> Never {
    say(line)
    exit(1)
  }
}
