import Foundation

/// The float32 numbers that some bytes are.
public func floats(_ data: Data) -> [Float] {
  var values = [Float](repeating: 0, count: data.count / MemoryLayout<Float>.size)
  _ = values.withUnsafeMutableBytes { data.copyBytes(to: $0) }
  return values
}
