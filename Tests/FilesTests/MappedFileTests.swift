import Files
import Glibc
import TestSupport
import Testing

@Suite struct MappedFileTests {
  @Test func readsAgainWhatWasReleased() throws {
    try withTemporaryFolder { folder in
      let bytes = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
      writeBytes(bytes, to: folder + "/a")
      let file = try MappedFile(path: folder + "/a")
      #expect(file.bytes.elementsEqual(bytes))
      file.release(0..<bytes.count)
      file.release(10..<20)
      file.release(4096..<4096)
      file.release(UnsafeRawBufferPointer(rebasing: file.bytes[5000..<40_000]))
      file.prefetch(100..<50_000)
      #expect(file.bytes.elementsEqual(bytes))
      // Memory elsewhere keeps what it holds.
      bytes.withUnsafeBytes { file.release($0) }
      #expect(file.bytes.elementsEqual(bytes))
    }
  }

  @Test func readsAnEmptyFile() throws {
    try withTemporaryFolder { folder in
      writeBytes([], to: folder + "/a")
      let file = try MappedFile(path: folder + "/a")
      #expect(file.bytes.isEmpty)
    }
  }

  @Test func saysWhyAFileCannotBeRead() {
    #expect(throws: FileFault.cannotRead(path: "/no/file", reason: SystemError(code: ENOENT))) {
      _ = try MappedFile(path: "/no/file")
    }
    #expect(throws: FileFault.notAFile(path: "/dev/null")) { _ = try MappedFile(path: "/dev/null") }
    #expect(throws: FileFault.notAFile(path: "/tmp")) { _ = try MappedFile(path: "/tmp") }
  }
}
