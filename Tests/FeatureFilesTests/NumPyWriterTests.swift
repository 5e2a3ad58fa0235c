import Glibc
import LHFeatureFiles
import LHSystem
import LHTestSupport
import Testing

@Suite struct NumPyWriterTests {
  static let golden = [
    "tiny-max-speech-a.hidden_states", "tiny-layernorm-mixed-speech-b.last", "tiny-min-frames-1.hidden_states",
    "tiny-mixed-frames-2.encoder_input",
  ].map { "golden/expected/\($0).npy" }

  @Test(arguments: golden)
  func `An array that numpy wrote is written the same, byte for byte`(name: String) throws {
    let path = Fixture.path(name)
    let array = try NumPyArray(path: path)
    try withTemporaryFolder { folder in
      let file = try AtomicFile(path: folder + "/copy.npy")
      try write(array, to: .file(file))
      try file.commit()
      #expect(readBytes(folder + "/copy.npy") == readBytes(path))
    }
  }

  // From numpy 1.24: io.BytesIO, numpy.lib.format.write_array(file, numpy.zeros(shape, numpy.float32), (1, 0)).
  @Test(
    arguments: [
      ([], "()"), ([7], "(7,)"), ([0, 768], "(0, 768)"), ([13, 1500, 768], "(13, 1500, 768)"),
      (
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
        "(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19)"
      ),
    ] as [([Int], String)])
  func `A header is padded to 64 bytes`(shape: [Int], tuple: String) {
    let text = "{'descr': '<f4', 'fortran_order': False, 'shape': \(tuple), }"
    let size = (10 + text.utf8.count + 1 + 63) / 64 * 64
    let padding = String(repeating: " ", count: size - 10 - text.utf8.count - 1)
    let length = size - 10
    #expect(
      NumPyHeader(shape: shape).bytes
        == [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xff), UInt8(length >> 8)]
        + Array((text + padding + "\n").utf8))
  }

  @Test func `A slow pipe gets everything, in order`() throws {
    let path = Fixture.path(Self.golden[0])
    let array = try NumPyArray(path: path)
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    // Non-blocking, so that writes come back short and then fail with EAGAIN.
    try #require(fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0)
    let reader = PipeReader(descriptor: ends[0])
    try write(array, to: .stream(StreamTarget(descriptor: ends[1], name: "pipe")))
    close(ends[1])
    #expect(reader.finish() == readBytes(path))
  }

  @Test func `A full disk and a closed pipe are faults`() throws {
    let full = open("/dev/full", O_WRONLY)
    defer { close(full) }
    #expect(throws: FileFault.cannotWrite(path: "features", reason: SystemError(code: ENOSPC))) {
      _ = try NumPyWriter(shape: [1], to: .stream(StreamTarget(descriptor: full, name: "features")))
    }
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    close(ends[0])
    defer { close(ends[1]) }
    #expect(throws: FileFault.cannotWrite(path: "pipe", reason: SystemError(code: EPIPE))) {
      _ = try NumPyWriter(shape: [1], to: .stream(StreamTarget(descriptor: ends[1], name: "pipe")))
    }
  }

  private func write(_ array: NumPyArray, to target: OutputTarget) throws {
    var writer = try NumPyWriter(shape: array.shape, to: target)
    let middle = array.values.count / 3
    try writer.write(Array(array.values[..<middle]))
    #expect(writer.remainingCount == array.values.count - middle)
    try writer.write(Array(array.values[middle...]))
    #expect(writer.remainingCount == 0)
  }
}
