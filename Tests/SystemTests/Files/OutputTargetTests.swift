import Glibc
import LHSystem
import LHTestSupport
import Testing

@Suite struct OutputTargetTests {
  @Test func `A path leads to a file that appears when it is committed, or to a stream`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/file"
      let file = try OutputTarget(path: path, replacing: false)
      try write([1, 2], to: file)
      #expect(filesInFolder(folder).isEmpty)
      try file.commit()
      #expect(readBytes(path) == [1, 2])
      #expect(throws: FileFault.exists(path: path)) { try OutputTarget(path: path, replacing: false) }

      let stream = try OutputTarget(path: "/dev/null", replacing: false)
      try write([1, 2], to: stream)
      try stream.commit()
    }
  }

  @Test func `A descriptor that was given is written at its place, named in faults, and stays open`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/file"
      let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
      defer { close(descriptor) }
      for byte in 1...2 as ClosedRange<UInt8> {
        try write([byte], to: .stream(StreamTarget(descriptor: descriptor, name: "features")))
      }
      #expect(readBytes(path) == [1, 2] && fcntl(descriptor, F_GETFD) >= 0)
    }
    let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
    defer { close(full) }
    #expect(throws: FileFault.cannotWrite(path: "features", reason: SystemError(code: ENOSPC))) {
      try write([1], to: .stream(StreamTarget(descriptor: full, name: "features")))
    }
  }

  private func write(_ bytes: [UInt8], to target: OutputTarget) throws {
    try bytes.withUnsafeBytes { try target.write($0) }
  }
}
