import LHSubnetFile
import LHTensors
import LHTestSupport
import LightHuBERT
import Testing

/// A kind of subnet file.
struct FileKind: Sendable, CustomTestStringConvertible {
  let weights: WeightsChoice
  let level: Int

  var testDescription: String { "\(weights.rawValue)\(level > 0 ? " compressed" : "")" }

  func bytes() throws -> [UInt8] {
    weights == .int8 ? try TestSubnet.int8Bytes(level: level) : try TestSubnet.bytes(weights, level: level)
  }

  static let all = WeightsChoice.allCases.flatMap { weights in
    [0, 3].map { FileKind(weights: weights, level: $0) }
  }
}

/// No byte of a file may change unseen.
@Suite struct FlippedBitTests {
  /// The bytes of a file, in which bits can be flipped.
  private final class Memory: Sendable {
    nonisolated(unsafe) let bytes: UnsafeMutableRawBufferPointer

    init(_ bytes: [UInt8]) {
      self.bytes = .allocate(byteCount: bytes.count, alignment: 64)
      self.bytes.copyBytes(from: bytes)
    }

    deinit { bytes.deallocate() }

    func open() throws(SubnetFileFault) -> SubnetReader {
      try SubnetReader(bytes: UnsafeRawBufferPointer(bytes), owner: self, name: "memory")
    }
  }

  @Test(arguments: FileKind.all) func everyBitBeforeThePayloadsIsWatched(_ kind: FileKind) throws {
    let memory = Memory(try kind.bytes())
    let end = try memory.open().entries[0].range.lowerBound
    for place in 0..<end {
      for bit in 0..<8 {
        memory.bytes[place] ^= 1 << bit
        #expect(throws: SubnetFileFault.self, "bit \(bit) of byte \(place)") { _ = try memory.open() }
        memory.bytes[place] ^= 1 << bit
      }
    }
    _ = try memory.open()
  }

  @Test(arguments: FileKind.all) func everyByteOfThePayloadsIsWatched(_ kind: FileKind) throws {
    let memory = Memory(try kind.bytes())
    let reader = try memory.open()
    for (index, entry) in reader.entries.enumerated() {
      let isLast = index == reader.entries.count - 1
      for place in entry.range.lowerBound..<(isLast ? memory.bytes.count : reader.entries[index + 1].range.lowerBound) {
        let bit = UInt8(1) << (place % 8)
        memory.bytes[place] ^= bit
        #expect(throws: SubnetFileFault.self, "byte \(place)") { _ = try reader.tensor(entry) }
        #expect(throws: SubnetFileFault.self, "byte \(place)") {
          try reader.forEachPart(of: reader.layout.tensors[index].role, rowsAtOnce: 5) { _, _ in }
        }
        memory.bytes[place] ^= bit
      }
      _ = try reader.tensor(entry)
    }
  }

  /// The way that users go, in steps that meet every residue of a cache line.
  @Test(arguments: FileKind.all, [Precision.f32, .bf16, .int8, .int8Mixed])
  func noModelIsMadeOfAFlippedBit(_ kind: FileKind, _ precision: Precision) throws {
    let memory = Memory(try kind.bytes())
    let options = RuntimeOptions(threadCount: 1, precision: precision)
    for place in stride(from: 0, to: memory.bytes.count, by: 211) {
      memory.bytes[place] ^= 1 << (place % 8)
      #expect(throws: ModelFault.self, "byte \(place)") {
        _ = try Model(bytes: UnsafeRawBufferPointer(memory.bytes), options: options)
      }
      memory.bytes[place] ^= 1 << (place % 8)
    }
    _ = try Model(bytes: UnsafeRawBufferPointer(memory.bytes), options: options)
  }

  /// Several bytes at once, parts moved, lost and filled with zeros: what bad disks and transfers do.
  @Test(arguments: FileKind.all) func noLargerDamageIsTakenForTheTruth(_ kind: FileKind) throws {
    let bytes = try kind.bytes()
    var generator = SeededNumbers(seed: 7)
    for round in 0..<500 {
      var damaged = bytes
      let first = Int.random(in: 0..<bytes.count, using: &generator)
      let part = first..<min(first + Int.random(in: 1...5000, using: &generator), bytes.count)
      switch round % 5 {
      case 0: for place in part { damaged[place] = UInt8.random(in: 0...255, using: &generator) }
      case 1: damaged.replaceSubrange(part, with: repeatElement(0, count: part.count))
      case 2: damaged.removeSubrange(part)
      case 3: damaged.insert(contentsOf: bytes[part], at: Int.random(in: 0...bytes.count, using: &generator))
      default:
        for _ in 0..<Int.random(in: 2...50, using: &generator) {
          damaged[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
      }
      #expect(damaged == bytes || firstFault(in: damaged) != nil, "round \(round)")
    }
  }
}
