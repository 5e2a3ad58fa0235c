import Glibc
import LHSystem
import LHTestSupport
import Testing

@Suite struct AtomicFileTests {
  private func write(
    _ bytes: [UInt8], to path: String, replacing: Bool = false, unnamed: Bool
  ) throws(FileFault) {
    let file = try AtomicFile(path: path, replacing: replacing, unnamed: unnamed)
    try file.write(bytes)
    try file.commit()
  }

  @Test(arguments: [true, false]) func writesWhatItIsGiven(unnamed: Bool) throws {
    try withTemporaryFolder { folder in
      let file = try AtomicFile(path: folder + "/a", replacing: false, unnamed: unnamed)
      var expected: [UInt8] = []
      // Parts below, at and above the size of the buffer.
      for (index, count) in [0, 1, 1000, 1 << 20, 5, (3 << 20) + 7, 1 << 19, 1 << 19, 1].enumerated() {
        let part = [UInt8](repeating: UInt8(index + 1), count: count)
        expected += part
        try file.write(part)
        #expect(file.byteCount == expected.count)
      }
      for (place, bytes) in [(0, [9, 9, 9]), (1000, [8]), (expected.count - 2, [7, 7])] as [(Int, [UInt8])] {
        try file.overwrite(bytes, at: place)
        expected.replaceSubrange(place..<place + bytes.count, with: bytes)
      }
      #expect(filesInFolder(folder).contains("a") == false)
      try file.commit()
      #expect(readBytes(folder + "/a") == expected)
      #expect(filesInFolder(folder) == ["a"])
    }
  }

  @Test(arguments: [true, false]) func leavesNothingWhenNotCommitted(unnamed: Bool) throws {
    try withTemporaryFolder { folder in
      do {
        let file = try AtomicFile(path: folder + "/a", replacing: false, unnamed: unnamed)
        try file.write([1, 2, 3])
        if unnamed { #expect(filesInFolder(folder) == []) }
      }
      #expect(filesInFolder(folder) == [])
    }
  }

  @Test(arguments: [true, false]) func replacesOnlyWhenAsked(unnamed: Bool) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a"
      try write([1], to: path, unnamed: unnamed)
      #expect(throws: FileFault.exists(path: path)) { try write([2], to: path, unnamed: unnamed) }
      #expect(readBytes(path) == [1])
      try write([2, 3], to: path, replacing: true, unnamed: unnamed)
      #expect(readBytes(path) == [2, 3])
      #expect(filesInFolder(folder) == ["a"])
    }
  }

  @Test(arguments: [true, false]) func doesNotReplaceAFileThatComesLate(unnamed: Bool) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a"
      do {
        let file = try AtomicFile(path: path, replacing: false, unnamed: unnamed)
        try file.write([1])
        writeBytes([7], to: path)
        #expect(throws: FileFault.exists(path: path)) { try file.commit() }
      }
      #expect(readBytes(path) == [7])
      #expect(filesInFolder(folder) == ["a"])
    }
  }

  @Test(arguments: [true, false]) func respectsTheMask(unnamed: Bool) throws {
    try withTemporaryFolder { folder in
      let mask = umask(0)
      umask(mask)
      try write([1], to: folder + "/a", unnamed: unnamed)
      var status = stat()
      #expect(stat(folder + "/a", &status) == 0)
      #expect(status.st_mode & 0o777 == 0o666 & ~mask)
    }
  }

  @Test(arguments: [true, false]) func followsALinkToTheFile(unnamed: Bool) throws {
    try withTemporaryFolder { folder in
      writeBytes([1], to: folder + "/real")
      #expect(symlink("real", folder + "/link") == 0)
      #expect(throws: FileFault.exists(path: folder + "/link")) {
        try write([2], to: folder + "/link", unnamed: unnamed)
      }
      try write([2], to: folder + "/link", replacing: true, unnamed: unnamed)
      #expect(readBytes(folder + "/real") == [2])
      var status = stat()
      #expect(lstat(folder + "/link", &status) == 0)
      #expect(status.st_mode & S_IFMT == S_IFLNK)
    }
  }

  @Test func writesIntoTheWorkingFolderAndAtLongNames() throws {
    try withTemporaryFolder { folder in
      let longest = String(repeating: "n", count: 255)
      try write([1], to: "\(folder)/\(longest)", unnamed: false)
      try write([2], to: "\(folder)/\(longest)", replacing: true, unnamed: true)
      #expect(readBytes("\(folder)/\(longest)") == [2])
      #expect(filesInFolder(folder) == [longest])
    }
  }

  @Test(arguments: [true, false]) func saysWhyATargetCannotBe(replacing: Bool) {
    withTemporaryFolder { folder in
      func check(_ path: String, _ fault: FileFault) {
        #expect(throws: fault) { _ = try AtomicFile(path: path, replacing: replacing) }
      }
      func reason(_ code: Int32) -> SystemError { SystemError(code: code) }
      writeBytes([1], to: folder + "/file")
      check(folder, .cannotCreate(path: folder, reason: reason(EISDIR)))
      check(folder + "/", .cannotCreate(path: folder + "/", reason: reason(EISDIR)))
      check(folder + "/new/", .cannotCreate(path: folder + "/new/", reason: reason(EISDIR)))
      check(folder + "/none/a", .cannotCreate(path: folder + "/none/a", reason: reason(ENOENT)))
      check(folder + "/file/a", .cannotCreate(path: folder + "/file/a", reason: reason(ENOTDIR)))
      check("", .cannotCreate(path: "", reason: reason(ENOENT)))
      check("/dev/null", .targetNotAFile(path: "/dev/null"))
      #expect(filesInFolder(folder) == ["file"])
    }
  }

  @Test func makesMissingFolders() throws {
    try withTemporaryFolder { folder in
      try makeFolder(of: folder + "/a/b/c.lhb")
      try makeFolder(of: folder + "/a/b/c.lhb")
      #expect(filesInFolder(folder + "/a") == ["b"])
      writeBytes([], to: folder + "/file")
      #expect(throws: FileFault.self) { try makeFolder(of: folder + "/file/b/c.lhb") }
    }
  }

  @Test func knowsTheSameFile() {
    withTemporaryFolder { folder in
      writeBytes([1], to: folder + "/a")
      writeBytes([1], to: folder + "/b")
      #expect(symlink("a", folder + "/c") == 0)
      #expect(isSameFile(folder + "/a", folder + "/c"))
      #expect(!isSameFile(folder + "/a", folder + "/b"))
      #expect(!isSameFile(folder + "/a", folder + "/none"))
    }
  }
}
