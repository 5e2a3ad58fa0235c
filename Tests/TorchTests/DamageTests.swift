import Glibc
import LHJSON
import LHSystem
import LHTensors
import LHTestSupport
import LHTorch
import Testing

/// Sound files that were cut short or changed: opening them gives a checkpoint or a fault, never a crash.
@Suite struct DamageTests {
  /// Opens a file and looks at every byte of its tensors.
  private func readAll(_ path: String) -> CheckpointFault? {
    var text = ""
    let fault = faultOfReading(path, into: &text)
    if let fault {
      let line = fault.description
      #expect(line.hasPrefix(path + ": ") && !line.contains("\n"), "\(line)")
    }
    return fault
  }

  private func faultOfReading(_ path: String, into text: inout String) -> CheckpointFault? {
    do throws(CheckpointFault) {
      let checkpoint = try Checkpoint(path: path)
      for name in checkpoint.tensorNames where checkpoint.summary(of: name)?.elementType != nil {
        guard let view = try checkpoint.tensor(name), view.count < 1 << 20 else { continue }
        _ = elementBytes(view)
      }
      text = checkpoint.configuration.text()
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: ["tiny", "tiny-legacy", "tiny-fp16"])
  func goldenFilesCutShort(name: String) {
    let bytes = readBytes(Fixture.path("golden/\(name).pt"))
    var generator = SeededNumbers(seed: 1)
    var cuts = Array(0..<64) + Array(bytes.count - 200..<bytes.count)
    // Where records begin: local headers, directory entries and end records all start with PK.
    for place in 0..<bytes.count - 1 where bytes[place] == 0x50 && bytes[place + 1] == 0x4b { cuts.append(place) }
    for _ in 0..<300 { cuts.append(.random(in: 0..<bytes.count, using: &generator)) }
    for _ in 0..<300 { cuts.append(.random(in: 0..<40_000, using: &generator)) }
    withTemporaryFolder { folder in
      let path = folder + "/cut.pt"
      writeBytes(bytes, to: path)
      // The file only shrinks, so that ten megabytes are not written a thousand times.
      for cut in Set(cuts).sorted(by: >) {
        #expect(truncate(path, off_t(cut)) == 0)
        let fault = readAll(path)
        switch fault {
        case .truncated: break
        case .notACheckpoint where cut < 15: break
        default: Issue.record("cut at \(cut): \(String(describing: fault))")
        }
      }
    }
  }

  @Test(arguments: CheckpointWriter.Container.allCases)
  func everyPrefixOfASmallFile(container: CheckpointWriter.Container) {
    let bytes = smallFile(container)
    withTemporaryFolder { folder in
      let path = folder + "/cut.pt"
      writeBytes(bytes, to: path)
      for cut in (0..<bytes.count).reversed() {
        #expect(truncate(path, off_t(cut)) == 0)
        let fault = readAll(path)
        #expect(fault != nil, "cut at \(cut)")
      }
    }
  }

  private func smallFile(_ container: CheckpointWriter.Container) -> [UInt8] {
    var writer = CheckpointWriter()
    writer.container = container
    writer.configurationForm = .omegaconf
    writer.configuration = ["model": ["layers": .array([.integer(1), .number(2.5)]), "mode": .string("default")]]
    let storage = writer.addStorage([1, 2, 3, 4, 5, 6], as: .float16)
    writer.addTensor("a.weight", storage: storage, offset: 1, shape: [2, 2], strides: [1, 3])
    writer.addTensor("a.bias", [1, 2, 3], shape: [3])
    return writer.file()
  }

  @Test(.timeLimit(.minutes(2)), arguments: CheckpointWriter.Container.allCases)
  func changedBytes(container: CheckpointWriter.Container) {
    mutate(smallFile(container), times: 4000, seed: 2)
  }

  @Test(.timeLimit(.minutes(2)), arguments: ["views", "views-legacy", "omegaconf", "protocol-5"])
  func changedBytesOfPyTorchsFiles(name: String) {
    mutate(readBytes(Fixture.path("checkpoints/\(name).pt")), times: 1500, seed: 3)
  }

  private func mutate(_ bytes: [UInt8], times: Int, seed: UInt64) {
    var generator = SeededNumbers(seed: seed)
    let interesting: [UInt8] = [0, 1, 0x7f, 0x80, 0xff] + Array("(.0]})tuseabcRQhq".utf8) + [0x81, 0x85, 0x86, 0x93]
    var faults = 0
    withTemporaryFolder { folder in
      for _ in 0..<times {
        var changed = bytes
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
          let place = Int.random(in: 0..<changed.count, using: &generator)
          switch Int.random(in: 0..<5, using: &generator) {
          case 0: changed[place] = .random(in: 0...255, using: &generator)
          case 1: changed[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
          case 2: changed[place] = interesting.randomElement(using: &generator)!
          case 3: for index in place..<min(place + 8, changed.count) { changed[index] = 0xff }
          default: changed.insert(interesting.randomElement(using: &generator)!, at: place)
          }
        }
        writeBytes(changed, to: folder + "/changed.pt")
        if readAll(folder + "/changed.pt") != nil { faults += 1 }
      }
    }
    #expect(faults > times / 10, "most changes do harm")
  }

  @Test(arguments: CheckpointWriter.Container.allCases)
  func `A file that was cut or written to after it was opened is a fault`(container: CheckpointWriter.Container) throws
  {
    var writer = CheckpointWriter()
    writer.container = container
    writer.addTensor("weight", [Float](repeating: 1, count: 1 << 16), shape: [1 << 16])
    try withTemporaryFolder { folder in
      let path = folder + "/a.pt"
      writer.write(to: path)
      let checkpoint = try Checkpoint(path: path)
      #expect(truncate(path, 5000) == 0)
      let changed = CheckpointFault.unreadable(.changed(path: path))
      #expect(throws: changed) { try checkpoint.tensor("weight") }
      #expect(throws: changed) { try checkpoint.readContents { _ in } }
      #expect(throws: changed) { try checkpoint.checkUnchanged() }
      #expect(changed.kind == .inputOutput)
    }
  }

  @Test func `Legacy files end with their last storage, and say what each is`() throws {
    var writer = CheckpointWriter()
    writer.container = .legacy
    writer.addTensor("weight", [1, 2], shape: [2])
    let fault = try fault(opening: writer.file() + [0])
    guard case .badContainer(_, let problem) = fault, problem.hasPrefix("1 bytes stand behind") else {
      Issue.record("\(String(describing: fault))")
      return
    }
  }
}
