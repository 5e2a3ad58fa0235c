import Glibc
import LHSystem
import LHTestSupport
import Testing

@Suite struct InputFileTests {
  @Test func readsParts() throws {
    try withTemporaryFolder { folder in
      let bytes = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
      writeBytes(bytes, to: folder + "/a")
      let file = try InputFile(path: folder + "/a")
      #expect(file.byteCount == bytes.count)
      for range in [0..<bytes.count, 1..<2, 4095..<40_001, 7..<7, 50_000..<50_000] {
        #expect(try file.bytes(range).elementsEqual(bytes[range]), "\(range)")
      }
      try file.checkUnchanged()
    }
  }

  @Test func noticesThatTheFileBecameShorter() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a"
      writeBytes([UInt8](repeating: 1, count: 50_000), to: path)
      let file = try InputFile(path: path)
      #expect(truncate(path, 10_000) == 0)
      #expect(try file.bytes(0..<10_000).count == 10_000)
      #expect(throws: FileFault.changed(path: path)) { try file.bytes(9_999..<10_001) }
      #expect(throws: FileFault.changed(path: path)) { try file.bytes(0..<50_000) }
      #expect(throws: FileFault.changed(path: path)) { try file.checkUnchanged() }
    }
  }

  @Test func waitsForNoPipe() throws {
    try withTemporaryFolder { folder in
      #expect(mkfifo(folder + "/pipe", 0o600) == 0)
      #expect(throws: FileFault.notAFile(path: folder + "/pipe")) { _ = try InputFile(path: folder + "/pipe") }
      #expect(throws: FileFault.notAFile(path: folder)) { _ = try InputFile(path: folder) }
      #expect(throws: FileFault.notAFile(path: "/dev/zero")) { _ = try InputFile(path: "/dev/zero") }
      #expect(throws: FileFault.cannotRead(path: "/no/file", reason: SystemError(code: ENOENT))) {
        _ = try InputFile(path: "/no/file")
      }
    }
  }
}
