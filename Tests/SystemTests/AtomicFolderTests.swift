import Glibc
import LHSystem
import LHTestSupport
import Testing

@Suite struct AtomicFolderTests {
  private let names = ["a", "b"]

  private func write(_ text: String, to path: String, replacing: Bool = false, commits: Bool = true) throws {
    let folder = try AtomicFolder(path: path, names: names, replacing: replacing)
    let file = try folder.file("a")
    try file.write(Array(text.utf8))
    // Nothing has a name yet, so that nothing is left of a program that is killed.
    #expect(filesInFolder(parent(of: path)).allSatisfy { !$0.hasPrefix(".") })
    if commits { try folder.commit() }
  }

  private func parent(of path: String) -> String {
    path.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
  }

  @Test func `It appears whole, or not at all`() throws {
    try withTemporaryFolder { folder in
      try write("1", to: "\(folder)/out/", commits: false)
      #expect(filesInFolder(folder) == [])
      try write("1", to: "\(folder)/out/")
      #expect(filesInFolder(folder) == ["out"] && readBytes("\(folder)/out/a") == Array("1".utf8))
    }
  }

  @Test func `What is there is replaced only when that is asked for`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/out"
      try write("1", to: path)
      #expect(throws: FolderFault.file(.exists(path: path))) { try write("2", to: path) }
      try write("2", to: path, replacing: true, commits: false)
      #expect(readBytes("\(path)/a") == Array("1".utf8))
      try write("2", to: path, replacing: true)
      #expect(readBytes("\(path)/a") == Array("2".utf8) && filesInFolder(folder) == ["out"])
      #expect(symlink("out", "\(folder)/link") == 0)
      try write("3", to: "\(folder)/link", replacing: true)
      #expect(readBytes("\(path)/a") == Array("3".utf8) && filesInFolder(folder) == ["link", "out"])
    }
  }

  @Test func `A folder that holds something else is never replaced`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/out"
      try write("1", to: path)
      writeBytes([], to: "\(path)/mine")
      #expect(throws: FolderFault.holdsOthers(path: path, name: "mine")) { try write("2", to: path, replacing: true) }
      writeBytes([], to: "\(folder)/file")
      #expect(throws: FolderFault.notAFolder(path: "\(folder)/file")) {
        try write("2", to: "\(folder)/file", replacing: true)
      }
      #expect(throws: FolderFault.self) { try write("2", to: "\(folder)/none/out") }
      #expect(throws: FolderFault.self) { try write("2", to: "") }
      #expect(filesInFolder(folder) == ["file", "out"])
    }
  }
}
