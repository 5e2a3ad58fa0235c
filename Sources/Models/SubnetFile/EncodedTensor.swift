import LHModel
import LHQuantization
import LHSystem
import LHTensors

/// A tensor as it goes into a file.
struct EncodedTensor: Sendable {
  let elementType: StoredElementType
  let encoding: TensorEncoding
  let content: StoredBytes
  /// Input channels with scales of their own, of an int8 tensor.
  let outlierCount: Int
  /// XXH64 of the content.
  let checksum: UInt64
  /// What storing cost.
  let error: WeightError
  /// The largest rounding error that was made before.
  let sourceError: Double

  /// Chooses the element type, converts, compresses where that helps.
  init(
    _ tensor: NamedTensor, form: TensorForm, compressionLevel: Int,
    values: (EncoderTensor, UnsafeMutableBufferPointer<Float>) throws -> Double
  ) throws {
    var sourceError = 0.0
    let floats = try [Float](unsafeUninitializedCapacity: tensor.count) { target, count in
      sourceError = try values(tensor.tensor, UnsafeMutableBufferPointer(rebasing: target[..<tensor.count]))
      count = tensor.count
    }
    let plain = try PlainTensor(floats, tensor, form)
    let frame = try EncodedTensor.frame(plain.content, level: compressionLevel, tensor: tensor.name)
    elementType = plain.elementType
    encoding = frame == nil ? .raw : .zstd
    content = frame ?? plain.content
    if case .int8(let outliers) = form { outlierCount = outliers.count } else { outlierCount = 0 }
    checksum = content.withBytes { XXH64.hash($0) }
    error = plain.error
    self.sourceError = sourceError
  }

  /// The content compressed; nil when it does not shrink, shrinks more than a reader believes, or is not to be
  /// compressed at all.
  private static func frame(
    _ content: StoredBytes, level: Int, tensor: String
  ) throws(SubnetFileFault) -> StoredBytes? {
    guard level > 0 else { return nil }
    do throws(ZstdFrame.Failure) {
      return try content.withBytes { bytes throws(ZstdFrame.Failure) in
        let frame = try ZstdFrame.compress(bytes, level: level)
        return frame.flatMap { bytes.count <= FileFormat.contentLimit(ofFrame: $0.count) ? .bytes($0) : nil }
      }
    } catch {
      throw .cannotCompress(tensor: tensor, problem: error.problem)
    }
  }
}

/// A tensor in its element type, not compressed.
private struct PlainTensor {
  let elementType: StoredElementType
  let content: StoredBytes
  let error: WeightError

  init(_ floats: [Float], _ tensor: NamedTensor, _ form: TensorForm) throws(SubnetFileFault) {
    switch form {
    case .float32: self.init(floats)
    case .float16: self = try .narrowed(floats, to: .float16, tensor)
    case .bfloat16: self = try .narrowed(floats, to: .bfloat16, tensor)
    case .int8(let outliers):
      let layout = Int8Layout(shape: tensor.shape, outliers: outliers)
      guard let (bytes, error) = Int8Payload.encode(floats, layout, shape: tensor.shape) else {
        throw .outOfRange(tensor: tensor.name, type: "int8")
      }
      self.init(elementType: .int8, content: .bytes(bytes), error: error)
    case .lossless:
      let isHalf = floats.withUnsafeBufferPointer { ElementType.float16.holdsExactly($0) }
      self = isHalf ? try .narrowed(floats, to: .float16, tensor) : PlainTensor(floats)
    case .nearlyLossless:
      // Not when there are many numbers too small for float16.
      let half = try? PlainTensor.narrowed(floats, to: .float16, tensor)
      if let half, half.error.relative <= 0x1p-11 { self = half } else { self.init(floats) }
    }
  }

  private init(elementType: StoredElementType, content: StoredBytes, error: WeightError) {
    self.elementType = elementType
    self.content = content
    self.error = error
  }

  private init(_ floats: [Float]) {
    self.init(elementType: .float32, content: .floats(floats), error: WeightError())
  }

  /// Rounds to a type of two bytes.
  private static func narrowed(
    _ floats: [Float], to type: StoredElementType, _ tensor: NamedTensor
  ) throws(SubnetFileFault) -> PlainTensor {
    var largest = 0.0
    let bytes = [UInt8](unsafeUninitializedCapacity: 2 * floats.count) { target, count in
      if let start = target.baseAddress {
        largest = type.decoded.encode(floats, count: floats.count, into: start)
      }
      count = 2 * floats.count
    }
    guard largest.isFinite else { throw .outOfRange(tensor: tensor.name, type: type.name) }
    let error = largest > 0 ? WeightError(of: bytes, type.decoded, floats) : WeightError()
    return PlainTensor(elementType: type, content: .bytes(bytes), error: error)
  }
}

extension WeightError {
  /// The error of encoded numbers.
  fileprivate init(of bytes: [UInt8], _ type: ElementType, _ floats: [Float]) {
    self.init()
    let block = 4096
    bytes.withUnsafeBytes { bytes in
      floats.withUnsafeBufferPointer { floats in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: block) { stored in
          guard let bytes = bytes.baseAddress, let start = floats.baseAddress, let stored = stored.baseAddress else {
            return
          }
          for first in stride(from: 0, to: floats.count, by: block) {
            let count = min(block, floats.count - first)
            type.decode(bytes + first * type.byteCount, count: count, into: stored)
            add(stored, start + first, count: count)
          }
        }
      }
    }
  }
}
