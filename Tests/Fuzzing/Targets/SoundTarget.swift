import Glibc
import LHAudio

extension FuzzTarget {
  /// A sound file, by its path and through a pipe: all samples, at 16 kHz.
  static let sound = FuzzTarget(
    name: "sound",
    test: { bytes in
      // As much as a pipe holds, so that nobody need write while it is read.
      guard bytes.count <= 1 << 16 else { return }
      let limits = ReadingLimits(maxSeconds: 2, timeout: 5)
      let file = MemoryFile(bytes)
      let recording = try? Recording(of: .file(path: file.path), RecordingOptions(limits: limits))
      let piped = withPipe(of: bytes) { try? Recording(of: .file(path: $0), RecordingOptions(limits: limits)) }
      expect((recording == nil) == (piped == nil), "a file is as good as the same bytes through a pipe")
      let part = try? Recording(of: .file(path: file.path), RecordingOptions(allowsTruncated: true, limits: limits))
      expect(recording == nil || part != nil, "what is whole may also be a part")
      if let part {
        expect(part.samples.allSatisfy(\.isFinite), "samples of a part are finite")
        expect(part.samples.count <= 2 * Recording.sampleRate + 1, "a part has no more samples than allowed")
        if let recording { expect(part.samples == recording.samples, "a part of what is whole is all of it") }
      }
      guard let recording, let piped else { return }
      expect(
        recording.source == piped.source && recording.remarks == piped.remarks,
        "a file is described as the same bytes through a pipe")
      expect(
        recording.samples.map(\.bitPattern) == piped.samples.map(\.bitPattern),
        "a file has the samples of the same bytes through a pipe")
      expect(recording.samples.allSatisfy(\.isFinite), "samples are finite")
      expect(recording.samples.count <= 2 * Recording.sampleRate + 1, "no more samples than allowed")
    },
    mutate: { bytes, mutator in
      // Which decoder an input reaches is not seen, since the libraries are not instrumented: half begin from any
      // sample.
      var bytes = bytes.count < 12 || mutator.random(2) == 0 ? mutator.choose(SoundSamples.all) : bytes
      for _ in 0...mutator.random(3) { bytes = SoundFileMutation.mutated(bytes, &mutator) }
      return bytes
    })
}

/// Calls `body` with a path from which bytes come that fit into a pipe.
private func withPipe<Result>(of bytes: [UInt8], _ body: (String) -> Result) -> Result {
  var ends: [Int32] = [0, 0]
  expect(pipe(&ends) == 0, "there is a pipe")
  defer { close(ends[0]) }
  expect(write(ends[1], bytes, bytes.count) == bytes.count, "a pipe takes what fits")
  close(ends[1])
  return body("/proc/self/fd/\(ends[0])")
}
