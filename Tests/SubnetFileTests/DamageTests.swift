import LHModel
import LHSubnetFile
import LHSupernet
import LHSupernetCheckpoint
import LHSystem
import LHTensors
import LHTestSupport
import Testing

/// Files that were whole once.
@Suite struct DamageTests {
  @Test func everyTruncationIsFound() throws {
    let bytes = try TestSubnet.bytes(level: 3)
    for count in 0..<bytes.count {
      switch firstFault(in: Array(bytes[..<count])) {
      case .truncated(_, found: count, _)? where count >= 4: break
      case .notASubnet? where count < 4: break
      case let other: Issue.record("\(count) of \(bytes.count) bytes: \(String(describing: other))")
      }
    }
  }

  @Test func whatIsAppendedIsFound() throws {
    let bytes = try TestSubnet.bytes()
    for more in [[0], [1, 2, 3], [UInt8](repeating: 0, count: 4096)] {
      #expect(
        firstFault(in: bytes + more)
          == .trailingBytes(path: "memory", found: bytes.count + more.count, expected: bytes.count))
    }
  }

  @Test func everyByteOfTheHeaderIsWatched() throws {
    let bytes = try TestSubnet.bytes()
    var generator = SeededNumbers(seed: 1)
    for place in 0..<ForgedFile(bytes).headerEnd {
      var damaged = bytes
      damaged[place] ^= UInt8.random(in: 1...255, using: &generator)
      #expect(firstFault(in: damaged) != nil, "byte \(place)")
    }
    var damaged = bytes
    damaged[40] ^= 1
    guard case .headerDamaged? = firstFault(in: damaged) else {
      Issue.record("\(String(describing: firstFault(in: damaged)))")
      return
    }
  }

  @Test(arguments: [0, 3], [false, true]) func everyByteOfThePayloadsIsWatched(level: Int, inParts: Bool) throws {
    try expectEveryByteWatched(try TestSubnet.bytes(level: level), inParts: inParts)
  }

  @Test(arguments: [0, 3], [false, true]) func everyByteOfInt8PayloadsIsWatched(level: Int, inParts: Bool) throws {
    try expectEveryByteWatched(try TestSubnet.int8Bytes(level: level), inParts: inParts)
  }

  private func expectEveryByteWatched(_ bytes: [UInt8], inParts: Bool) throws {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
    defer { memory.deallocate() }
    memory.copyBytes(from: bytes)
    let owner = TensorStorage(byteCount: 0) { _ in }
    let reader = try SubnetReader(bytes: UnsafeRawBufferPointer(memory), owner: owner, name: "memory")
    var generator = SeededNumbers(seed: 2)
    for (index, entry) in reader.entries.enumerated() {
      let isLast = index == reader.entries.count - 1
      let end = isLast ? bytes.count : reader.entries[index + 1].range.lowerBound
      for place in entry.range.lowerBound..<end {
        memory[place] ^= UInt8.random(in: 1...255, using: &generator)
        do throws(SubnetFileFault) {
          if inParts {
            try reader.forEachPart(of: reader.layout.tensors[index].role, rowsAtOnce: 3) { _, _ in }
          } else {
            _ = try reader.tensor(entry)
          }
          Issue.record("byte \(place) of \(entry.name)")
        } catch {
          switch error {
          case .tensorDamaged(_, entry.name, _, expected: entry.checksum) where entry.range.contains(place): break
          case .padding(_, before: entry.name) where !entry.range.contains(place): break
          default: Issue.record("byte \(place) of \(entry.name): \(error)")
          }
        }
        memory[place] = bytes[place]
      }
    }
  }

  @Test func paddingBeforeTheFirstPayloadIsWatched() throws {
    let bytes = try TestSubnet.bytes()
    let forged = ForgedFile(bytes)
    for place in forged.headerEnd..<Int(forged.entries[0].offset) {
      var damaged = bytes
      damaged[place] = 1
      #expect(firstFault(in: damaged) == .padding(path: "memory", before: TestSubnet.layout[0].name))
    }
  }

  /// Random bytes of the table, the JSON text and the payloads, with a checksum of the header that fits.
  @Test(arguments: [0, 3], [WeightsChoice.auto, .int8])
  func noMutationIsTakenForTheTruth(level: Int, weights: WeightsChoice) throws {
    let original = ForgedFile(
      weights == .int8 ? try TestSubnet.int8Bytes(level: level) : try TestSubnet.bytes(level: level))
    let bytes = original.bytes
    let tableStart = 32 + original.json.count
    let tableEnd = original.headerEnd - 8
    // With float16 for bfloat16, or the reverse, it is the sound file of another subnet.
    var typePlaces: Set<Int> = []
    var entryStart = tableStart
    for entry in original.entries {
      if [2, 3].contains(entry.type) { typePlaces.insert(entryStart + 24) }
      entryStart += entry.bytes.count
    }
    var generator = SeededNumbers(seed: 3)
    for round in 0..<4000 {
      var mutated = bytes
      // Half of them in the table, where most of the rules are.
      let range = round.isMultiple(of: 2) ? tableStart..<tableEnd : 8..<bytes.count
      var places: Set<Int> = []
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: range, using: &generator)
        guard !typePlaces.contains(place), places.insert(place).inserted else { continue }
        mutated[place] ^=
          round.isMultiple(of: 3)
          ? 1 << UInt8.random(in: 0..<8, using: &generator) : UInt8.random(in: 1...255, using: &generator)
      }
      let checksum = mutated[..<tableEnd].withUnsafeBytes { XXH64.hash($0) }
      if !places.contains(where: { (tableEnd..<tableEnd + 8).contains($0) }) {
        withUnsafeBytes(of: checksum.littleEndian) { mutated.replaceSubrange(tableEnd..<tableEnd + 8, with: $0) }
      }
      let fault = firstFault(in: mutated)
      // Another text may be a sound one, of another file name for example. Nothing else may be.
      let isOnlyText = places.allSatisfy { (32..<tableStart).contains($0) }
      #expect(fault != nil || isOnlyText, "round \(round), bytes \(places.sorted())")
      if let fault { #expect(!fault.description.contains("\n")) }
    }
  }
}
