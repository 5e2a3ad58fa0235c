import Glibc
import LightHuBERT

/// Computes the last hidden states of raw samples (float32, mono, 16 kHz) on standard input.
///
///     ffmpeg -loglevel error -i speech.mp3 -ac 1 -ar 16000 -f f32le - | swift run -c release features small.lhb > features.f32
@main struct Features {
  static func main() throws {
    let model = try Model(contentsOf: CommandLine.arguments[1])
    let features = try model.features(of: samples())
    fputs("\(features.frameCount) frames of \(features.embedDim) values\n", stderr)
    fwrite(features.values, MemoryLayout<Float>.size, features.values.count, stdout)
  }

  static func samples() -> [Float] {
    var samples: [Float] = []
    var block = [Float](repeating: 0, count: 4096)
    while case let count = fread(&block, MemoryLayout<Float>.size, block.count, stdin), count > 0 {
      samples += block[..<count]
    }
    return samples
  }
}
