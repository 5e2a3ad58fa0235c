import Glibc
import LHModel
import LHSubnetFile
import LHSystem
import LHTestSupport
import Testing

/// Files that somebody writes to while they are read: a fault, never a signal or a mixture.
@Suite struct ChangingFileTests {
  /// Opens a file of raw tensors, lets somebody at it, and reads all tensors in a way.
  private func faults(
    _ bytes: [UInt8], inParts: Bool, change: (String) -> Void
  ) throws -> [SubnetFileFault?] {
    try withTemporaryFolder { folder in
      let path = folder + "/a.lhb"
      writeBytes(bytes, to: path)
      let reader = try SubnetReader(path: path)
      change(path)
      return zip(reader.entries, reader.layout.tensors).map { entry, tensor in
        do throws(SubnetFileFault) {
          if inParts {
            try reader.forEachPart(of: tensor.role, rowsAtOnce: 3) { _, _ in }
          } else {
            _ = try reader.tensor(entry)
          }
          return nil
        } catch {
          if case .file(.changed(path)) = error { return .file(.changed(path: "changed")) }
          return error
        }
      }
    }
  }

  private let changed = SubnetFileFault.file(.changed(path: "changed"))

  @Test(arguments: [false, true]) func aFileThatShrinksIsAFault(inParts: Bool) throws {
    for bytes in [try TestSubnet.bytes(), try TestSubnet.bytes(level: 3), try TestSubnet.int8Bytes()] {
      let first = ForgedFile(bytes).entries[0].offset
      let faults = try faults(bytes, inParts: inParts) { path in truncate(path, Int(first)) }
      #expect(faults.allSatisfy { $0 == changed })
    }
  }

  @Test(arguments: [false, true]) func aFileThatIsWrittenToIsAFault(inParts: Bool) throws {
    for bytes in [try TestSubnet.bytes(), try TestSubnet.bytes(level: 3), try TestSubnet.int8Bytes()] {
      let first = Int(ForgedFile(bytes).entries[0].offset)
      let faults = try faults(bytes, inParts: inParts) { path in
        writeBytes(Array(bytes[..<first]) + bytes[first...].map { ~$0 }, to: path)
      }
      #expect(faults.allSatisfy { $0 == changed })
    }
  }

  /// What was told of a tensor must hold when it is read: formats were chosen by it.
  @Test func outliersThatChangeAreAFault() throws {
    var file = ForgedFile(try TestSubnet.int8Bytes())
    let bytes = file.bytes
    let index = try #require(file.entries.firstIndex { $0.reserved == 2 })
    let name = String(decoding: file.entries[index].name, as: UTF8.self)
    // Channel 6 in the place of 7.
    file.payloads[index][file.payloads[index].count - 4] -= 1
    try withTemporaryFolder { folder in
      let path = folder + "/a.lhb"
      writeBytes(file.bytes, to: path)
      let reader = try SubnetReader(path: path)
      let role = try reader.role(named: name)
      #expect(try reader.outliers(of: role) == [0, 6])
      writeBytes(bytes, to: path)
      #expect(throws: SubnetFileFault.file(.changed(path: path))) { _ = try reader.tensor(role) }
      #expect(throws: SubnetFileFault.file(.changed(path: path))) {
        try reader.forEachPart(of: role, rowsAtOnce: 3) { _, _ in }
      }
    }
  }

  @Test func partsOfAFileAreThoseOfMemory() throws {
    for bytes in try FileKind.all.map({ try $0.bytes() }) {
      try withTemporaryFolder { folder in
        writeBytes(bytes, to: folder + "/a.lhb")
        let (file, memory) = (try SubnetReader(path: folder + "/a.lhb"), try open(bytes))
        for (entry, tensor) in zip(file.entries, file.layout.tensors) {
          let expected = floats(try memory.tensor(entry))
          #expect(floats(try file.tensor(entry)) == expected)
          for reader in [file, memory] {
            var parts: [Float] = []
            try reader.forEachPart(of: tensor.role, rowsAtOnce: 3) { rows, first in
              #expect(first * expected.count / entry.shape[0] == parts.count)
              parts += floats(rows)
            }
            #expect(parts == expected)
          }
          #expect(try file.outliers(of: tensor.role) == memory.outliers(of: tensor.role))
        }
      }
    }
  }
}
