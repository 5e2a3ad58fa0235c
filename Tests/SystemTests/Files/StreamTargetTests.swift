import Glibc
import LHSystem
import LHTestSupport
import Testing

@Suite struct StreamTargetTests {
  @Test func `Files, folders and missing ones are none`() throws {
    try withTemporaryFolder { folder in
      writeBytes([1], to: folder + "/file")
      symlink("file", folder + "/link")
      // A number in another folder is no descriptor, nor is a link that leads to itself.
      writeBytes([1], to: folder + "/1")
      symlink("loop", folder + "/loop")
      for path in [
        "", ".", "/", folder, folder + "/file", folder + "/link", folder + "/1", folder + "/loop", "/none/1",
      ] {
        let target = try StreamTarget(path: path)
        #expect(target == nil && !StreamTarget.isThere(path), "\(path)")
      }
    }
  }

  @Test func `A descriptor is written at its place, by whatever name`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/file"
      let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
      defer { close(descriptor) }
      symlink("/dev/fd/\(descriptor)", folder + "/link")
      symlink("link", folder + "/second")
      for name in ["/dev/fd/\(descriptor)", "/proc/self/fd/\(descriptor)", folder + "/link", folder + "/second"] {
        let target = try #require(try StreamTarget(path: name))
        #expect(write(target.descriptor, "ab", 2) == 2)
        #expect(fcntl(target.descriptor, F_GETFD) & FD_CLOEXEC != 0)
      }
      #expect(readBytes(path) == Array("abababab".utf8))
      // It is this process's own.
      #expect(fcntl(descriptor, F_GETFD) >= 0)
    }
  }

  @Test func `One that is open for reading only is a fault`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/file"
      writeBytes([1], to: path)
      let descriptor = open(path, O_RDONLY | O_CLOEXEC)
      defer { close(descriptor) }
      let name = "/dev/fd/\(descriptor)"
      #expect(throws: FileFault.cannotWrite(path: name, reason: SystemError(code: EBADF))) {
        try StreamTarget(path: name)
      }
      #expect(readBytes(path) == [1])
    }
  }

  @Test func `Devices and named pipes are opened`() throws {
    try withTemporaryFolder { folder in
      let null = try #require(try StreamTarget(path: "/dev/null"))
      #expect(write(null.descriptor, "a", 1) == 1)
      let path = folder + "/pipe"
      try #require(mkfifo(path, 0o600) == 0)
      let reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
      defer { close(reader) }
      let pipe = try #require(try StreamTarget(path: path))
      #expect(write(pipe.descriptor, "ab", 2) == 2)
      var bytes = [UInt8](repeating: 0, count: 4)
      #expect(read(reader, &bytes, 4) == 2 && bytes == [97, 98, 0, 0])
    }
  }
}
