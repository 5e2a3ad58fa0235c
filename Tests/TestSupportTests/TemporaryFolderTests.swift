import Glibc
import LHTestSupport
import Testing

@Suite struct TemporaryFolderTests {
  @Test func `A temporary folder goes with all that it holds`() {
    let folder = withTemporaryFolder { folder in
      mkdir(folder + "/inner", 0o700)
      writeBytes([1, 2, 3], to: folder + "/inner/file")
      #expect(readBytes(folder + "/inner/file") == [1, 2, 3])
      return folder
    }
    #expect(access(folder, F_OK) != 0)
  }
}
