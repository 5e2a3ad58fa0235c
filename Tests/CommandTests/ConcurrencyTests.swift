import LHSystem
import LHTestSupport
import Testing

@Suite struct ConcurrencyTests {
  @Test func `Eight processes with one model do not disturb each other`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      let sounds = ["frames-1", "frames-2", "speech-a", "speech-b"].map { Fixture.path("golden/audio/\($0).wav") }
      let quiet = sounds.map { runProgram("lhb-features", ["--model", subnet.path, $0]) }
      let results = Locked<[Int: ProgramResult]>([:])
      let threads = (0..<8).compactMap { process in
        RunningThread {
          let result = runProgram("lhb-features", ["--model", subnet.path, sounds[process % sounds.count]])
          results.withLock { $0[process] = result }
        }
      }
      for thread in threads { thread.join() }
      #expect(threads.count == 8)
      for (process, result) in results.withLock({ $0 }) {
        let expected = quiet[process % sounds.count]
        #expect(result.status == 0 && result.output == expected.output, "\(result.errors)")
      }
    }
  }

  @Test func `Eight extractions to one name, and one of them makes it`() throws {
    try withTemporaryFolder { folder in
      let arguments = [
        "--quiet", "--arch", Fixture.path("demo/arch.json"), Fixture.path("demo/supernet.pt"), folder + "/out.lhb",
      ]
      let results = Locked<[ProgramResult]>([])
      let threads = (0..<8).compactMap { _ in
        RunningThread {
          let result = runProgram("lhb-extract", arguments, environment: ["SOURCE_DATE_EPOCH": "0"])
          results.withLock { $0.append(result) }
        }
      }
      for thread in threads { thread.join() }
      let statuses = results.withLock { $0 }.map(\.status).sorted()
      #expect(statuses == [0, 73, 73, 73, 73, 73, 73, 73])
      #expect(filesInFolder(folder) == ["out.lhb"])
      let inspection = runProgram("lhb-inspect", [folder + "/out.lhb"])
      #expect(inspection.status == 0, "\(inspection.errors)")
    }
  }
}
