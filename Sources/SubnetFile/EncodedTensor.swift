import Files
import Subnet
import Tensors

/// A tensor as it goes into a file.
struct EncodedTensor: Sendable {
  let elementType: ElementType
  let encoding: TensorEncoding
  let content: StoredBytes
  /// XXH64 of the content.
  let checksum: UInt64
  /// The largest |stored - original| of any element; 0 when nothing changed.
  let error: Double

  /// Chooses the element type, converts, compresses where that helps.
  init(
    _ tensor: SubnetTensor, weights: WeightsChoice, compressionLevel: Int,
    values: (SubnetTensor, UnsafeMutableBufferPointer<Float>) throws -> Double
  ) throws {
    var sourceError = 0.0
    let floats = try [Float](unsafeUninitializedCapacity: tensor.count) { target, count in
      sourceError = try values(tensor, UnsafeMutableBufferPointer(rebasing: target[..<tensor.count]))
      count = tensor.count
    }
    let isHalf =
      switch weights {
      case .auto: floats.withUnsafeBufferPointer { ElementType.float16.holdsExactly($0) }
      case .f16: true
      case .f32: false
      }
    let (content, error) = isHalf ? EncodedTensor.halves(floats) : (.floats(floats), 0)
    guard error.isFinite else { throw SubnetFileFault.outOfRange(tensor: tensor.name, type: "float16") }
    let frame = try EncodedTensor.frame(content, level: compressionLevel, tensor: tensor.name)
    elementType = isHalf ? .float16 : .float32
    encoding = frame == nil ? .raw : .zstd
    self.content = frame ?? content
    self.error = sourceError + error
    checksum = self.content.withBytes { XXH64.hash($0) }
  }

  private static func halves(_ floats: [Float]) -> (StoredBytes, error: Double) {
    var error = 0.0
    let bytes = [UInt8](unsafeUninitializedCapacity: 2 * floats.count) { target, count in
      if let start = target.baseAddress {
        error = ElementType.float16.encode(floats, count: floats.count, into: start)
      }
      count = 2 * floats.count
    }
    return (.bytes(bytes), error)
  }

  /// The content compressed; nil when it does not shrink, or is not to be compressed at all.
  private static func frame(
    _ content: StoredBytes, level: Int, tensor: String
  ) throws(SubnetFileFault) -> StoredBytes? {
    guard level > 0 else { return nil }
    do throws(ZstdFrame.Failure) {
      return try content.withBytes { bytes throws(ZstdFrame.Failure) in
        try ZstdFrame.compress(bytes, level: level)
      }.map(StoredBytes.bytes)
    } catch {
      throw .cannotCompress(tensor: tensor, problem: error.problem)
    }
  }
}
